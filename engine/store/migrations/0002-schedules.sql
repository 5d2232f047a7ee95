-- Which schedule made a job and for which slot (store/schedule-slot.ts). Unique: a slot makes one job, whatever else goes wrong.
ALTER TABLE jobs ADD COLUMN schedule_slot TEXT;
CREATE UNIQUE INDEX jobs_by_schedule_slot ON jobs (schedule_slot) WHERE schedule_slot IS NOT NULL;

CREATE TABLE schedules (
  id TEXT PRIMARY KEY,
  name TEXT,
  cron TEXT,
  every_ms INTEGER CHECK (every_ms > 0),
  -- Slots of an interval are anchor_at + n · every_ms.
  anchor_at INTEGER NOT NULL,
  time_zone TEXT NOT NULL,
  task TEXT NOT NULL,
  queue TEXT NOT NULL,
  priority INTEGER NOT NULL CHECK (priority BETWEEN -100 AND 100),
  timeout_ms INTEGER CHECK (timeout_ms > 0),
  retry TEXT CHECK (json_valid(retry)),
  tags TEXT NOT NULL CHECK (json_valid(tags)),
  overlap TEXT NOT NULL CHECK (overlap IN ('skip', 'queue', 'replace')),
  missed TEXT NOT NULL CHECK (missed IN ('skip', 'once', 'all')),
  paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
  -- The first slot that was not dealt with; null while paused and after the last one.
  next_at INTEGER,
  run_at INTEGER,
  run_slot_at INTEGER,
  run_job TEXT,
  skipped_at INTEGER,
  skipped_slot_at INTEGER,
  skipped_reason TEXT,
  skipped_detail TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  CHECK ((cron IS NULL) <> (every_ms IS NULL)),
  CHECK (paused = 0 OR next_at IS NULL),
  CHECK ((run_at IS NULL) = (run_job IS NULL)),
  CHECK ((skipped_at IS NULL) = (skipped_slot_at IS NULL) AND (skipped_at IS NULL) = (skipped_reason IS NULL)
    AND (skipped_at IS NULL) = (skipped_detail IS NULL))
) STRICT;
CREATE INDEX schedules_by_next ON schedules (next_at) WHERE next_at IS NOT NULL;

-- Unfinished jobs of each schedule, in order: what an overlapping slot finds, and who is next when one of them ends.
CREATE TABLE schedule_line (
  schedule_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (schedule_id, seq)
) STRICT, WITHOUT ROWID;
