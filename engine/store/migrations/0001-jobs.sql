-- Facts about a job stay in `jobs`; what must be found fast stands beside it in narrow tables, so that neither a
-- backlog nor a pile of not-yet-due jobs makes a claim dearer.
--
-- Checks of tables that each job goes through are chains of OR: for `IN (three or more)` SQLite builds a table in memory each time
-- a statement runs. With them an insert into `jobs` took 11.3 µs, and takes 6.7.

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- `seq` is the order of submission and is carried inside the public id (store/job-id.ts): no index on ids is needed.
-- Wide columns come last: SQLite reads a row from its front.
CREATE TABLE jobs (
  seq INTEGER PRIMARY KEY,
  nonce INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state = 'blocked' OR state = 'scheduled' OR state = 'available' OR state = 'executing' OR state = 'retryable'
    OR state = 'completed' OR state = 'dead' OR state = 'cancelled'),
  task TEXT NOT NULL,
  queue TEXT NOT NULL,
  mode TEXT NOT NULL CHECK (mode = 'sync' OR mode = 'async' OR mode = 'hybrid' OR mode = 'auto'),
  lane TEXT NOT NULL CHECK (lane = 'interactive' OR lane = 'io' OR lane = 'cpu'),
  priority INTEGER NOT NULL CHECK (priority BETWEEN -100 AND 100),
  attempt INTEGER NOT NULL CHECK (attempt >= 0 AND attempt <= max_attempts),
  max_attempts INTEGER NOT NULL,
  -- Attempts granted at once; max_attempts - budget are those that did not count or that were used up before a redrive.
  budget INTEGER NOT NULL CHECK (budget BETWEEN 1 AND max_attempts),
  -- Blame for threads and engines that went down: a job that ran alone gets 1, n that ran together 1/n each.
  crashes REAL NOT NULL CHECK (crashes >= 0),
  run_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  timeout_ms INTEGER NOT NULL CHECK (timeout_ms > 0),
  unique_key TEXT,
  workflow_id TEXT,
  tags TEXT NOT NULL CHECK (json_valid(tags)),
  retry TEXT NOT NULL CHECK (json_valid(retry)),
  progress TEXT,
  decision TEXT,
  error TEXT,
  payload TEXT NOT NULL,
  -- What was submitted, once a person has changed the payload.
  first_payload TEXT,
  optimistic TEXT,
  result TEXT,
  CHECK ((state = 'completed' OR state = 'dead' OR state = 'cancelled') = (finished_at IS NOT NULL)),
  CHECK (state <> 'executing' OR (attempt > 0 AND started_at IS NOT NULL)),
  CHECK (state = 'completed' OR result IS NULL)
) STRICT;

-- Running jobs are found in `running`; leaving them out spares a job that is handed off at once two index writes.
CREATE INDEX jobs_by_state ON jobs (state, seq) WHERE state <> 'executing';
CREATE INDEX jobs_by_task ON jobs (task, seq);
CREATE INDEX jobs_by_queue ON jobs (queue, seq);

-- Due and waiting for a place, in the order of dispatch. `rank` is the negated priority.
CREATE TABLE ready (
  queue TEXT NOT NULL,
  lane TEXT NOT NULL,
  rank INTEGER NOT NULL,
  run_at INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (queue, lane, rank, run_at, seq)
) STRICT, WITHOUT ROWID;

-- Not yet due: scheduled and retryable ones.
CREATE TABLE scheduled (
  run_at INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (run_at, seq)
) STRICT, WITHOUT ROWID;

-- Due, but their task's file does not load.
CREATE TABLE held (
  task TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (task, seq)
) STRICT, WITHOUT ROWID;

-- What an engine holds. No lease: the home's lock tells a new engine that the old one is gone.
CREATE TABLE running (
  seq INTEGER PRIMARY KEY,
  attempt INTEGER NOT NULL,
  lane TEXT NOT NULL,
  started_at INTEGER NOT NULL
) STRICT;

-- Attempts that have ended; the one that runs is in `running`.
CREATE TABLE attempts (
  seq INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  lane TEXT NOT NULL,
  thread INTEGER,
  started_at INTEGER NOT NULL,
  finished_at INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome = 'succeeded' OR outcome = 'failed' OR outcome = 'timed-out' OR outcome = 'cancelled' OR outcome = 'crashed'
    OR outcome = 'interrupted' OR outcome = 'snoozed'),
  error TEXT,
  PRIMARY KEY (seq, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE logs (
  seq INTEGER NOT NULL,
  line INTEGER NOT NULL,
  at INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  stream TEXT NOT NULL CHECK (stream = 'stdout' OR stream = 'stderr' OR stream = 'log' OR stream = 'system'),
  text TEXT NOT NULL,
  PRIMARY KEY (seq, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE queues (
  name TEXT PRIMARY KEY,
  paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
  concurrency INTEGER CHECK (concurrency > 0)
) STRICT, WITHOUT ROWID;

INSERT INTO queues (name) VALUES ('default');

-- Exact counts, changed in the transaction that changes the jobs.
CREATE TABLE counters (
  queue TEXT NOT NULL,
  task TEXT NOT NULL,
  mode TEXT NOT NULL,
  state TEXT NOT NULL,
  n INTEGER NOT NULL CHECK (n >= 0),
  PRIMARY KEY (queue, task, mode, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency_keys (
  key TEXT PRIMARY KEY,
  body_hash TEXT NOT NULL,
  seq INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);
CREATE INDEX idempotency_keys_by_job ON idempotency_keys (seq);

CREATE TABLE unique_keys (
  task TEXT NOT NULL,
  key TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (task, key)
) STRICT, WITHOUT ROWID;

-- What was measured of each task (queue/sketch.ts); old runs weigh less and less.
CREATE TABLE task_stats (
  task TEXT PRIMARY KEY,
  sketch TEXT NOT NULL CHECK (json_valid(sketch))
) STRICT, WITHOUT ROWID;

-- One row for each minute in which something happened.
CREATE TABLE series (
  at INTEGER PRIMARY KEY,
  point TEXT NOT NULL CHECK (json_valid(point))
) STRICT;
