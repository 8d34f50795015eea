-- A watering may stop and end, and a plot be looked at twice, in one millisecond.
ALTER TABLE explanation RENAME TO explanation_before;
CREATE TABLE explanation (
    plot TEXT NOT NULL,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    sentence TEXT NOT NULL,
    inputs TEXT NOT NULL,
    PRIMARY KEY (plot, at, action)
) STRICT, WITHOUT ROWID;
INSERT INTO explanation SELECT plot, at, action, sentence, inputs FROM explanation_before;
DROP TABLE explanation_before;
