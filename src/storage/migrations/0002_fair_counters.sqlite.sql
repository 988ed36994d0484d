-- A success leaves no trace in a counter, and what many share leaks.
ALTER TABLE attempts ADD COLUMN latest_before INTEGER NOT NULL DEFAULT 0;  -- what `latest` becomes when it is taken back
ALTER TABLE attempts ADD COLUMN leaking_since INTEGER NOT NULL DEFAULT 0;
UPDATE attempts SET latest_before = latest, leaking_since = latest;
