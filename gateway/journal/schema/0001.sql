-- Times are integer milliseconds since the epoch, UTC. Maps and texts are JSON.

CREATE TABLE device (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    adopted INTEGER NOT NULL,         -- by a person; those of devices.yaml are adopted anyway
    first_seen INTEGER NOT NULL,
    snapshot TEXT,                    -- newest values and sequence numbers, as of …
    snapshot_message INTEGER NOT NULL -- … this message; later ones are replayed at start
) STRICT;

-- No index by device: it would rewrite a page of 4 KB for every message. Each message names the
-- one before it of the same device instead; the newest ones are known in memory.
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    device INTEGER NOT NULL,
    previous INTEGER,
    channel INTEGER NOT NULL,         -- 0 telemetry, 1 status, 2 info, 3 event, 4 result
    measured_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    boot TEXT,
    seq INTEGER,
    body BLOB NOT NULL
) STRICT;

CREATE TABLE rejected (
    id INTEGER PRIMARY KEY,
    received_at INTEGER NOT NULL,
    topic TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    payload BLOB NOT NULL
) STRICT;

CREATE TABLE rule_state (
    rule TEXT NOT NULL,
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    due INTEGER,
    cool_until INTEGER,
    "values" TEXT NOT NULL,
    PRIMARY KEY (rule, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE rule_change (
    subject TEXT NOT NULL,
    since INTEGER NOT NULL,
    rule TEXT NOT NULL,
    state TEXT NOT NULL,
    due INTEGER,
    cool_until INTEGER,
    "values" TEXT NOT NULL,
    PRIMARY KEY (subject, since, rule, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE alert (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    subject TEXT NOT NULL,
    severity TEXT NOT NULL,
    message TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    acknowledged_at INTEGER,
    resolved_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_open ON alert (opened_at) WHERE resolved_at IS NULL;
CREATE INDEX alert_by_time ON alert (opened_at);

CREATE TABLE command (
    id TEXT PRIMARY KEY,
    device TEXT NOT NULL,
    command TEXT NOT NULL,
    args TEXT NOT NULL,
    requester TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    finished_at INTEGER,
    error TEXT,
    read_back TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX command_queued ON command (created_at) WHERE state = 'queued';
CREATE INDEX command_by_time ON command (created_at);
CREATE INDEX command_by_device ON command (device, created_at);

CREATE TABLE run (
    id TEXT PRIMARY KEY,
    plot TEXT NOT NULL,
    requester TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    step_at INTEGER NOT NULL,
    deadline INTEGER NOT NULL,
    target_l REAL NOT NULL,
    litres REAL NOT NULL,
    measured INTEGER NOT NULL,
    opened_at INTEGER,
    meter_start_l REAL,
    ended_at INTEGER,
    cause TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX run_going_on ON run (created_at) WHERE ended_at IS NULL;
CREATE INDEX run_by_end ON run (ended_at);

CREATE TABLE explanation (
    plot TEXT NOT NULL,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    sentence TEXT NOT NULL,
    inputs TEXT NOT NULL,
    PRIMARY KEY (plot, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE state_change (
    device TEXT NOT NULL,
    since INTEGER NOT NULL,
    state TEXT NOT NULL,
    cause TEXT NOT NULL,
    PRIMARY KEY (device, since)
) STRICT, WITHOUT ROWID;

CREATE TABLE sink (
    name TEXT PRIMARY KEY,
    cursor INTEGER NOT NULL           -- the last message that the store has
) STRICT, WITHOUT ROWID;

CREATE TABLE set_aside (
    sink TEXT NOT NULL,
    message INTEGER NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (sink, message)
) STRICT, WITHOUT ROWID;
