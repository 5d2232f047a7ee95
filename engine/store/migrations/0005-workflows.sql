-- Jobs that wait for each other. `jobs.workflow_id` was there from the first schema and unused until now.
CREATE INDEX jobs_by_workflow ON jobs (workflow_id, seq) WHERE workflow_id IS NOT NULL;

CREATE TABLE workflows (
  -- The order of submission.
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT,
  on_failure TEXT NOT NULL CHECK (on_failure IN ('block', 'cancel', 'continue')),
  state TEXT NOT NULL CHECK (state IN ('running', 'completed', 'failed', 'cancelled')),
  on_complete TEXT,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  -- Someone asked for its end and for no retry since.
  cancelling INTEGER NOT NULL DEFAULT 0 CHECK (cancelling IN (0, 1)),
  -- It is gone for everyone, and its jobs are being deleted.
  deleting INTEGER NOT NULL DEFAULT 0 CHECK (deleting IN (0, 1)),
  -- Exact counts of its jobs by state, changed in the transaction that changes the jobs.
  blocked INTEGER NOT NULL DEFAULT 0 CHECK (blocked >= 0),
  scheduled INTEGER NOT NULL DEFAULT 0 CHECK (scheduled >= 0),
  available INTEGER NOT NULL DEFAULT 0 CHECK (available >= 0),
  executing INTEGER NOT NULL DEFAULT 0 CHECK (executing >= 0),
  retryable INTEGER NOT NULL DEFAULT 0 CHECK (retryable >= 0),
  completed INTEGER NOT NULL DEFAULT 0 CHECK (completed >= 0),
  dead INTEGER NOT NULL DEFAULT 0 CHECK (dead >= 0),
  cancelled INTEGER NOT NULL DEFAULT 0 CHECK (cancelled >= 0),
  CHECK ((state = 'running') = (finished_at IS NULL))
) STRICT;
CREATE INDEX workflows_by_state ON workflows (state, number) WHERE deleting = 0;
CREATE INDEX workflows_ended ON workflows (state, finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX workflows_deleting ON workflows (number) WHERE deleting = 1;
CREATE INDEX workflows_cancelling ON workflows (number) WHERE cancelling = 1 AND state = 'running';

-- `seq` changes when a completed job is run anew: that is a job of its own, in the same place.
CREATE TABLE workflow_jobs (
  workflow INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  seq INTEGER NOT NULL,
  -- How many of the edges that lead to it are not met.
  pending INTEGER NOT NULL CHECK (pending >= 0),
  PRIMARY KEY (workflow, position)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX workflow_jobs_by_job ON workflow_jobs (seq);

CREATE TABLE workflow_edges (
  workflow INTEGER NOT NULL,
  parent INTEGER NOT NULL,
  child INTEGER NOT NULL,
  on_failure TEXT NOT NULL CHECK (on_failure = 'block' OR on_failure = 'cancel' OR on_failure = 'continue'),
  -- The parent has completed, or has ended in a way that the child goes on after.
  met INTEGER NOT NULL CHECK (met = 0 OR met = 1),
  PRIMARY KEY (workflow, parent, child)
) STRICT, WITHOUT ROWID;
CREATE INDEX workflow_edges_by_child ON workflow_edges (workflow, child);
