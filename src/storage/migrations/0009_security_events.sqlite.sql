-- Who is told of security events (docs/guides/security-events.md). The token that one is sent lies sealed among the
-- secrets.
CREATE TABLE receivers (
    name         TEXT    NOT NULL PRIMARY KEY,
    url          TEXT    NOT NULL,
    audience     TEXT    NOT NULL,
    events       TEXT    NOT NULL,  -- their types, a space between them
    ca_file      TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    delivered_at INTEGER,
    failed_at    INTEGER,
    error        TEXT    NOT NULL,
    dropped      INTEGER NOT NULL
) STRICT;

-- What each is still to be told: written in the transaction of the act, and gone once it was taken or dropped. A number
-- is used once.
CREATE TABLE security_events (
    number     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    receiver   TEXT    NOT NULL REFERENCES receivers (name) ON DELETE CASCADE,
    type       TEXT    NOT NULL,
    user_id    BLOB    NOT NULL CHECK (length(user_id) = 16),
    session_id BLOB    CHECK (length(session_id) = 16),
    initiator  TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    tries      INTEGER NOT NULL
) STRICT;
CREATE INDEX security_events_to_try ON security_events (receiver, tries, number);
