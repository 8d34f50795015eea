-- Runs that rest between turns, go on after a power cut, or end early though nothing failed.
ALTER TABLE run ADD COLUMN curtailed TEXT;
ALTER TABLE run ADD COLUMN watered_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN goes_on_at INTEGER;
ALTER TABLE run ADD COLUMN resumed INTEGER NOT NULL DEFAULT 0;
