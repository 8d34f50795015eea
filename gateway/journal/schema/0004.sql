-- Stretches of time that were counted without a break. Messages of one that nobody could trust are
-- stamped with a lower bound, until its end tells by how much they were wrong.
CREATE TABLE clock_period (
    id INTEGER PRIMARY KEY,
    boot TEXT NOT NULL,               -- the run of the machine
    trust TEXT NOT NULL,              -- none, assumed, proven
    "offset" INTEGER NOT NULL,        -- time = offset + uptime of the machine
    since INTEGER NOT NULL,           -- its first moment, in its own time
    first_message INTEGER NOT NULL,
    last_message INTEGER,             -- NULL while it lasts
    correction INTEGER,               -- by how much its times were found to be wrong
    repaired INTEGER                  -- its messages are corrected up to this one; NULL: never
) STRICT;
