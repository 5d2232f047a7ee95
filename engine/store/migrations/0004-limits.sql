-- Limits of queues, tasks and keys; deadlines; keys that are unique for a while.

-- When the first attempt since the last fresh start began: what a policy's `retryForMs` counts from.
ALTER TABLE jobs ADD COLUMN first_started_at INTEGER;
ALTER TABLE jobs ADD COLUMN deadline_ms INTEGER CHECK (deadline_ms > 0);
ALTER TABLE jobs ADD COLUMN deadline_at INTEGER CHECK ((deadline_at IS NULL) = (deadline_ms IS NULL));
ALTER TABLE jobs ADD COLUMN concurrency_key TEXT CHECK (concurrency_key <> '');
-- NULL with a key: `active`, as it was for all before.
ALTER TABLE jobs ADD COLUMN unique_scope TEXT CHECK (unique_scope = 'active' OR unique_scope = 'started');

ALTER TABLE queues ADD COLUMN rate_max INTEGER CHECK (rate_max > 0);
ALTER TABLE queues ADD COLUMN rate_per_ms INTEGER CHECK (rate_per_ms > 0);
ALTER TABLE queues ADD COLUMN max_backlog INTEGER CHECK (max_backlog > 0);

-- Starts that a rate limit still counts: `n` of them, of which the last was at `at`.
CREATE TABLE rate_starts (
  queue TEXT NOT NULL,
  at INTEGER NOT NULL,
  n INTEGER NOT NULL CHECK (n > 0),
  PRIMARY KEY (queue, at)
) STRICT, WITHOUT ROWID;

-- Due, but as many jobs of their task (key '') or of their key run as may: out of the way of `ready`, in the same order.
CREATE TABLE parked (
  task TEXT NOT NULL,
  key TEXT NOT NULL,
  queue TEXT NOT NULL,
  lane TEXT NOT NULL,
  rank INTEGER NOT NULL,
  run_at INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (task, key, queue, lane, rank, run_at, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX parked_by_queue ON parked (queue, run_at);

-- `rank` was the negated priority; now a job's age counts as well (contract/priority.ts).
UPDATE ready SET rank = run_at + rank * 60000;

-- Jobs that have not ended and must by then.
CREATE TABLE deadlines (
  deadline_at INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (deadline_at, seq)
) STRICT, WITHOUT ROWID;

-- A key may outlast its job: `freed` is set once only the time holds it.
ALTER TABLE unique_keys ADD COLUMN kept_until INTEGER;
ALTER TABLE unique_keys ADD COLUMN freed INTEGER NOT NULL DEFAULT 0 CHECK (freed IN (0, 1) AND (freed = 0 OR kept_until IS NOT NULL));
CREATE INDEX unique_keys_by_end ON unique_keys (kept_until) WHERE freed = 1;
