-- Audit rows go when they are older than they must be kept, and for nothing else.
CREATE TABLE audit_horizon (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    older_than INTEGER NOT NULL  -- set for the one transaction that removes them
) STRICT;
INSERT INTO audit_horizon (id, older_than) VALUES (1, 0);
DROP TRIGGER audit_rows_do_not_go;
CREATE TRIGGER audit_rows_do_not_go BEFORE DELETE ON audit
WHEN OLD.at >= (SELECT older_than FROM audit_horizon)
BEGIN
    SELECT RAISE(ABORT, 'audit rows do not go');
END;

-- A user has few live sessions, however many are over.
DROP INDEX sessions_by_user;
CREATE INDEX live_sessions_by_user ON sessions (user_id) WHERE ended_at IS NULL;
