-- A key that may have leaked is in no list, whatever a clock says.
ALTER TABLE signing_keys ADD COLUMN revoked_at INTEGER;

-- What must outlive a change of the master key.
CREATE TABLE sealed_secrets (
    name   TEXT NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL  -- encrypted under the master key
) STRICT;

-- Sessions opened and tokens issued before this moment are void.
CREATE TABLE epoch (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    began_at INTEGER NOT NULL
) STRICT;
INSERT INTO epoch (id, began_at) VALUES (1, 0);
