-- What a watering lacked, and whether it goes on until the soil is full.
CREATE TABLE unfinished_watering (
    plot TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    filling INTEGER NOT NULL,
    rest_mm REAL
) STRICT, WITHOUT ROWID;
