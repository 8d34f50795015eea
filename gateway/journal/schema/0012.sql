-- The diary is written once. Who has the clock set right moves its times with all others; nothing
-- else of it ever changes, whoever asks: `INSERT OR REPLACE` included.
CREATE TRIGGER diary_entry_is_written_once BEFORE INSERT ON diary_entry
WHEN EXISTS (SELECT 1 FROM diary_entry WHERE id = new.id)
BEGIN
    SELECT RAISE(IGNORE);
END;
CREATE TRIGGER diary_entry_is_never_edited
BEFORE UPDATE OF id, plot, kind, "by", facts, corrects ON diary_entry
BEGIN
    SELECT RAISE(ABORT, 'the diary is never edited: write a correction');
END;
CREATE TRIGGER diary_entry_is_never_deleted BEFORE DELETE ON diary_entry
BEGIN
    SELECT RAISE(ABORT, 'the diary is never deleted');
END;

CREATE INDEX diary_by_correction ON diary_entry (corrects) WHERE corrects IS NOT NULL;
CREATE INDEX diary_by_lot ON diary_entry (json_extract(facts, '$.lot')) WHERE kind = 'pluck';
