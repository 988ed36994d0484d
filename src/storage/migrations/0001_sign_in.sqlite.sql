-- What signing in needs: accounts, sessions, counters, keys, and the audit log.
-- Times are Unix milliseconds, ids the 16 bytes of a UUID of version 7.

CREATE TABLE users (
    id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    email_key   TEXT    NOT NULL UNIQUE,  -- lower case: one account whatever the case
    email       TEXT    NOT NULL,         -- as typed
    name        TEXT    NOT NULL,
    roles       TEXT    NOT NULL,         -- separated by single spaces
    password    TEXT    NOT NULL,         -- PHC or crypt(3) string
    created_at  INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT;

-- A rowid table: WITHOUT ROWID would keep these wide rows in inner pages too,
-- and the tree would be twice as deep. A rotation writes to no index.
CREATE TABLE sessions (
    id                    BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id               BLOB    NOT NULL REFERENCES users (id),
    client_id             TEXT    NOT NULL,
    generation            INTEGER NOT NULL,
    rotated_at            INTEGER,
    created_at            INTEGER NOT NULL,
    last_used_at          INTEGER NOT NULL,
    idle_expires_at       INTEGER NOT NULL,
    expires_at            INTEGER NOT NULL,
    ended_at              INTEGER,
    end_reason            TEXT,
    address               TEXT    NOT NULL,
    user_agent            TEXT    NOT NULL,
    odd_replays           INTEGER NOT NULL,
    odd_replay_generation INTEGER NOT NULL,
    -- Not later than the session is over; rotation leaves it behind on purpose, and the sweep moves it on.
    sweep_at              INTEGER NOT NULL,
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_sweep ON sessions (sweep_at);
CREATE INDEX sessions_by_end ON sessions (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE attempts (
    scope    TEXT    NOT NULL,
    subject  TEXT    NOT NULL,
    failures INTEGER NOT NULL CHECK (failures >= 0),
    latest   INTEGER NOT NULL,
    PRIMARY KEY (scope, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_by_latest ON attempts (latest);

CREATE TABLE signing_keys (
    kid             TEXT    NOT NULL PRIMARY KEY,
    algorithm       TEXT    NOT NULL,
    purpose         TEXT    NOT NULL,
    sealed          BLOB    NOT NULL,  -- encrypted under the master key
    created_at      INTEGER NOT NULL,
    active_from     INTEGER NOT NULL,
    retired_at      INTEGER,
    published_until INTEGER
) STRICT;

CREATE TABLE audit (
    id         INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    event      TEXT    NOT NULL,
    user_id    BLOB,
    session_id BLOB,
    address    TEXT    NOT NULL,
    user_agent TEXT    NOT NULL,
    detail     TEXT    NOT NULL
) STRICT;
CREATE TRIGGER audit_rows_do_not_change BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit rows do not change');
END;
CREATE TRIGGER audit_rows_do_not_go BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit rows do not go');
END;

-- One row, written to find out whether writing works.
CREATE TABLE write_probe (
    id    INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    count INTEGER NOT NULL
) STRICT;
INSERT INTO write_probe (id, count) VALUES (1, 0);
