-- Who changed which rule. The files are what counts; this is what they were.
CREATE TABLE rule_version (
    rule TEXT NOT NULL,
    at INTEGER NOT NULL,
    "by" TEXT NOT NULL,
    edit TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (rule, at)
) STRICT, WITHOUT ROWID;

-- The page of a rule asks what became of it.
CREATE INDEX rule_change_by_rule ON rule_change (rule, since);
