-- Who took dry days back, or let an interlock hold again.
ALTER TABLE no_go ADD COLUMN removed_by TEXT;
ALTER TABLE interlock_override ADD COLUMN ended_by TEXT;
