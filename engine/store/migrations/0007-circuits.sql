-- Circuit breakers: which service a job calls, and the services that are not called now.

-- An origin, or a name that its task gives; null: none, as it was for all before.
ALTER TABLE jobs ADD COLUMN circuit TEXT CHECK (circuit <> '');

-- Those that are open. `opened_at`: first, since it was last closed; `tried_at`: the last time; no call until `probe_at`.
CREATE TABLE circuits (
  name TEXT PRIMARY KEY CHECK (name <> ''),
  opened_at INTEGER NOT NULL,
  tried_at INTEGER NOT NULL,
  probe_at INTEGER NOT NULL CHECK (probe_at >= tried_at),
  openings INTEGER NOT NULL CHECK (openings > 0),
  used_at INTEGER NOT NULL,
  fault_at INTEGER NOT NULL,
  error_name TEXT NOT NULL,
  error_message TEXT NOT NULL
) STRICT, WITHOUT ROWID;
