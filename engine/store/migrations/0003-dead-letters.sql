-- Why a job died, as one value that all jobs of the same cause share (contract/fingerprint.ts). Set exactly while the job is dead.
-- `error_fingerprint` and `error_sample` are given to migrations by store/migrate.ts.
ALTER TABLE jobs ADD COLUMN fingerprint TEXT CHECK (fingerprint IS NULL OR state = 'dead');
UPDATE jobs SET fingerprint = error_fingerprint(task, error) WHERE state = 'dead';
CREATE INDEX jobs_by_fingerprint ON jobs (fingerprint, seq) WHERE fingerprint IS NOT NULL;

-- Exact counts, changed in the transaction that changes the jobs. A group that is emptied stays for a while, so that a cause that
-- comes back is known since when.
CREATE TABLE dead_groups (
  fingerprint TEXT PRIMARY KEY,
  task TEXT NOT NULL,
  sample TEXT NOT NULL,
  n INTEGER NOT NULL CHECK (n >= 0),
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO dead_groups (fingerprint, task, sample, n, first_at, last_at)
  SELECT fingerprint, min(task), min(error_sample(error)), count(*), min(finished_at), max(finished_at)
  FROM jobs WHERE fingerprint IS NOT NULL GROUP BY fingerprint;
CREATE INDEX dead_groups_by_size ON dead_groups (n DESC, fingerprint) WHERE n > 0;
CREATE INDEX dead_groups_empty ON dead_groups (last_at) WHERE n = 0;

-- Something that is done to many jobs. It goes on after a restart where its last committed step ended.
CREATE TABLE operations (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  action TEXT NOT NULL CHECK (action IN ('redrive', 'discard', 'cancel', 'retry', 'delete', 'run-now')),
  state TEXT NOT NULL CHECK (state IN ('running', 'completed', 'stopped', 'failed')),
  -- How it is to be done, as it was asked for: states, patch, canary, rate.
  terms TEXT NOT NULL CHECK (json_valid(terms)),
  matched INTEGER NOT NULL,
  -- How many of its members were dealt with.
  position INTEGER NOT NULL CHECK (position BETWEEN 0 AND matched),
  -- How many of them went ahead as canaries.
  canaries INTEGER NOT NULL CHECK (canaries >= 0),
  done INTEGER NOT NULL CHECK (done >= 0),
  failed INTEGER NOT NULL CHECK (failed >= 0),
  failures TEXT NOT NULL CHECK (json_valid(failures)),
  reason TEXT,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  CHECK (done + failed <= position),
  CHECK ((state = 'running') = (finished_at IS NULL))
) STRICT;
CREATE INDEX operations_running ON operations (number) WHERE state = 'running';

-- The jobs that were chosen when it was asked for, in parts of a fixed size: pairs of `seq` and `nonce`, as a row number is used
-- again when its job was the last one and is deleted. A row for each job would cost a million inserts before the answer.
CREATE TABLE operation_members (
  operation INTEGER NOT NULL,
  part INTEGER NOT NULL,
  members BLOB NOT NULL,
  PRIMARY KEY (operation, part)
) STRICT;

-- Jobs whose end an operation waits for: canaries, with what they had died of, and running ones that were told to end.
CREATE TABLE operation_awaited (
  operation INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  nonce INTEGER NOT NULL,
  fingerprint TEXT,
  PRIMARY KEY (operation, seq)
) STRICT, WITHOUT ROWID;
