-- Each change of a device's state gets a number, in the order in which they are saved, and a new one
-- when it is saved again: so that they can be forwarded one after the other. AUTOINCREMENT, because a
-- number must not come back when the newest change is replaced.
ALTER TABLE state_change RENAME TO former_state_change;
CREATE TABLE state_change (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    device TEXT NOT NULL,
    since INTEGER NOT NULL,
    state TEXT NOT NULL,
    cause TEXT NOT NULL,
    UNIQUE (device, since)
) STRICT;
INSERT INTO state_change (device, since, state, cause)
    SELECT device, since, state, cause FROM former_state_change ORDER BY since;
DROP TABLE former_state_change;
