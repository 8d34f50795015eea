-- A device's local day, folded from its messages. `total` and `hours` are JSON, see
-- gateway/journal/rollup.py; hours also say where the messages of that time are. The whole device
-- is behind one another, and a month of it a few pages.
CREATE TABLE rollup (
    device INTEGER NOT NULL,
    day INTEGER NOT NULL,             -- when it began
    total TEXT NOT NULL,
    hours TEXT,                       -- NULL: too old, only the whole day is kept
    PRIMARY KEY (device, day)
) STRICT, WITHOUT ROWID;

-- The last message of each device that is in its rollups.
CREATE TABLE rollup_cursor (
    device INTEGER PRIMARY KEY,
    message INTEGER NOT NULL
) STRICT;
