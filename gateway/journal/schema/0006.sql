-- In a journal that was begun in the place of a damaged one: messages up to this one are in that.
CREATE TABLE origin (message INTEGER NOT NULL) STRICT;
