-- Each audit row's link covers the row and the link before it. Rows from before have none until the program, which has
-- the key, gives them theirs at its next start.
ALTER TABLE audit ADD COLUMN link BLOB;
CREATE TABLE audit_chain (
    id           INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    removed_row  INTEGER NOT NULL,  -- the last row that went for its age; 0: none
    removed_link BLOB    NOT NULL,
    removed_seal BLOB    NOT NULL   -- says that the program removed them
) STRICT;

DROP TRIGGER audit_rows_do_not_change;
CREATE TRIGGER audit_rows_do_not_change BEFORE UPDATE ON audit
WHEN OLD.link IS NOT NULL OR NEW.link IS NULL
    OR NEW.id IS NOT OLD.id OR NEW.at IS NOT OLD.at OR NEW.event IS NOT OLD.event OR NEW.user_id IS NOT OLD.user_id
    OR NEW.session_id IS NOT OLD.session_id OR NEW.address IS NOT OLD.address
    OR NEW.user_agent IS NOT OLD.user_agent OR NEW.detail IS NOT OLD.detail
BEGIN
    SELECT RAISE(ABORT, 'audit rows do not change');
END;
-- A program from before, still running, must not go on without links.
CREATE TRIGGER audit_rows_are_linked BEFORE INSERT ON audit WHEN NEW.link IS NULL
BEGIN
    SELECT RAISE(ABORT, 'audit rows are linked');
END;

-- A refused refresh is told once for each session and reason, however often it is tried.
CREATE INDEX audit_refused_refreshes ON audit (session_id, detail) WHERE event = 'refresh_refused';
