-- What may have flowed past a meter that showed nothing.
ALTER TABLE run ADD COLUMN unseen_l REAL NOT NULL DEFAULT 0;
