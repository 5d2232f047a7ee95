-- How long ended jobs are kept, how many, and how much room they may take; results that are too large for a row.

-- Ended jobs in the order of their ends: whatever lets jobs go begins at the front. Ends come in order, so an entry is an append: about
-- 1 µs of the 25 that a job costs.
CREATE INDEX jobs_by_end ON jobs (state, finished_at) WHERE finished_at IS NOT NULL;

-- One row. NULL: no such limit.
CREATE TABLE retention (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  completed_for_ms INTEGER CHECK (completed_for_ms >= 0),
  completed_count INTEGER CHECK (completed_count >= 0),
  cancelled_for_ms INTEGER CHECK (cancelled_for_ms >= 0),
  cancelled_count INTEGER CHECK (cancelled_count >= 0),
  dead_for_ms INTEGER CHECK (dead_for_ms >= 0),
  dead_count INTEGER CHECK (dead_count >= 0),
  max_bytes INTEGER CHECK (max_bytes > 0)
) STRICT;
INSERT INTO retention VALUES (1, 604800000, NULL, 604800000, NULL, 2592000000, NULL, 4294967296);

-- Of a result that lies in a file of the home (store/result-files.ts); the row has none then.
ALTER TABLE jobs ADD COLUMN result_bytes INTEGER CHECK (result_bytes IS NULL OR (result_bytes > 0 AND state = 'completed' AND result IS NULL));
-- Covers their sum, and finds them for a backup. Most homes have few or none.
CREATE INDEX jobs_by_result_file ON jobs (result_bytes) WHERE result_bytes IS NOT NULL;
