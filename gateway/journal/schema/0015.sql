-- Of a watering over midnight, the litres of the day before.
ALTER TABLE run ADD COLUMN yesterday_l REAL NOT NULL DEFAULT 0;
