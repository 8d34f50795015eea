-- How people want their plots watered, and what was written down about them.
CREATE TABLE plot_setting (
    plot TEXT NOT NULL,
    at INTEGER NOT NULL,
    "by" TEXT NOT NULL,
    mode TEXT,
    ask_first INTEGER,
    PRIMARY KEY (plot, at)
) STRICT, WITHOUT ROWID;

-- Days are written as 2026-03-05.
CREATE TABLE no_go (
    id TEXT PRIMARY KEY,
    plot TEXT NOT NULL,
    begin TEXT NOT NULL,
    end TEXT NOT NULL,
    reason TEXT NOT NULL,
    "by" TEXT NOT NULL,
    at INTEGER NOT NULL,
    entry TEXT,
    removed_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE interlock_override (
    id TEXT PRIMARY KEY,
    plot TEXT NOT NULL,
    interlock TEXT NOT NULL,
    reason TEXT NOT NULL,
    "by" TEXT NOT NULL,
    at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    ended_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE proposal (
    id TEXT PRIMARY KEY,
    plot TEXT NOT NULL,
    at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    litres REAL NOT NULL,
    sentence TEXT NOT NULL,
    state TEXT NOT NULL,
    answered_at INTEGER,
    "by" TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE balance_day (
    plot TEXT NOT NULL,
    day TEXT NOT NULL,
    before_mm REAL NOT NULL,
    et0_mm REAL,
    kc REAL NOT NULL,
    ks REAL NOT NULL,
    et_mm REAL NOT NULL,
    rain_mm REAL,
    effective_rain_mm REAL NOT NULL,
    irrigation_mm REAL NOT NULL,
    percolation_mm REAL NOT NULL,
    correction_mm REAL NOT NULL,
    depletion_mm REAL NOT NULL,
    taw_mm REAL NOT NULL,
    raw_mm REAL NOT NULL,
    estimates TEXT NOT NULL,
    closed INTEGER NOT NULL,
    PRIMARY KEY (plot, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE weather_hour (
    at INTEGER PRIMARY KEY,
    minutes INTEGER NOT NULL,
    temperature_c REAL,
    temperature_max_c REAL,
    temperature_min_c REAL,
    humidity_pct REAL,
    wind_m_s REAL,
    solar_w_m2 REAL,
    rain_mm REAL
) STRICT;

CREATE TABLE diary_entry (
    id TEXT PRIMARY KEY,
    plot TEXT NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    written_at INTEGER NOT NULL,
    "by" TEXT NOT NULL,
    facts TEXT NOT NULL,
    corrects TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX diary_by_time ON diary_entry (at);
CREATE INDEX diary_by_plot ON diary_entry (plot, at);
