-- Runs of the lab: what was asked for and what came of it. The jobs themselves were in another home.

CREATE TABLE lab_runs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL CHECK (name <> ''),
  state TEXT NOT NULL CHECK (state IN ('running', 'completed', 'stopped', 'failed')),
  reason TEXT,
  -- The request as it was answered: preset, workload, modes and options, as JSON.
  request TEXT NOT NULL,
  -- One a mode, as JSON.
  results TEXT NOT NULL,
  -- Of the engine that the run has to itself; removed with the run's end.
  home TEXT NOT NULL CHECK (home <> ''),
  created_at INTEGER NOT NULL,
  finished_at INTEGER CHECK ((state = 'running') = (finished_at IS NULL))
) STRICT;

-- One at a time.
CREATE UNIQUE INDEX lab_runs_running ON lab_runs (state) WHERE state = 'running';
