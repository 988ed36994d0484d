-- How long a retired key must stay published is a matter of the tokens it signed, whatever the settings are by then.
ALTER TABLE signing_keys ADD COLUMN longest_token_life INTEGER NOT NULL DEFAULT 0;  -- seconds
