-- A session whose tokens name a place in a status list has that place's number, counted through all lists without gaps.
ALTER TABLE sessions ADD COLUMN status_index INTEGER;
CREATE UNIQUE INDEX sessions_by_status_index ON sessions (status_index) WHERE status_index IS NOT NULL;
CREATE TABLE status_lists (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    next_index INTEGER NOT NULL
) STRICT;
INSERT INTO status_lists (id, next_index) VALUES (1, 0);

-- Of the session that a line names, or a token of; whatever else concerns sessions is found by its kind.
ALTER TABLE revocations ADD COLUMN status_index INTEGER;
CREATE INDEX revocations_by_status_index ON revocations (status_index) WHERE status_index IS NOT NULL;
CREATE INDEX revocations_of_many ON revocations (kind) WHERE kind IN ('user', 'client', 'everything');
