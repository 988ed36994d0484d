-- What is revoked, for as long as a token that it concerns may be accepted anywhere: the lines of a chained log
-- (docs/reference/revocation-feed.md). Each is written in the transaction of the act, and goes for its age alone.
CREATE TABLE revocations (
    sequence   INTEGER NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    not_before INTEGER NOT NULL,
    until      INTEGER NOT NULL,
    hash       BLOB    NOT NULL CHECK (length(hash) = 32)  -- of the log up to this line
) STRICT;
CREATE INDEX revocations_by_until ON revocations (until);
-- Who wants to know what has ended reads those.
DROP INDEX sessions_by_end;

-- Where the log stands. Numbers go on, though lines go.
CREATE TABLE revocation_head (
    id               INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    log              INTEGER NOT NULL,  -- when it began; 0: it has not
    sequence         INTEGER NOT NULL,
    hash             BLOB    NOT NULL CHECK (length(hash) = 32),
    removed_sequence INTEGER NOT NULL,  -- the last line that went: what follows it is whole
    removed_hash     BLOB    NOT NULL CHECK (length(removed_hash) = 32)
) STRICT;
INSERT INTO revocation_head (id, log, sequence, hash, removed_sequence, removed_hash)
    VALUES (1, 0, 0, zeroblob(32), 0, zeroblob(32));

-- Who may read the log. Of a credential, 256 random bits, the hash alone is kept.
CREATE TABLE verifiers (
    name              TEXT    NOT NULL PRIMARY KEY,
    credential_hash   BLOB    NOT NULL UNIQUE CHECK (length(credential_hash) = 32),
    created_at        INTEGER NOT NULL,
    last_connected_at INTEGER
) STRICT;
