-- How far age has come: by this time, and not by the clock, old things are deleted. No row: a new
-- journal.
CREATE TABLE ageing (at INTEGER NOT NULL) STRICT;
INSERT INTO ageing SELECT received_at FROM message ORDER BY id DESC LIMIT 1;
