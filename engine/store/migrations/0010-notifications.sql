-- Who is told how a job ended, and what became of each message.

-- As it was asked for (contract/notify.ts), webhooks' own secrets included; NULL: nobody is told.
ALTER TABLE jobs ADD COLUMN notify TEXT CHECK (notify IS NULL OR json_valid(notify));
ALTER TABLE schedules ADD COLUMN notify TEXT CHECK (notify IS NULL OR json_valid(notify));

-- Of one address there may be several, each with a secret of its own: a submission may bring one.
CREATE TABLE endpoints (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  -- Without query and fragment.
  url TEXT NOT NULL,
  secret TEXT NOT NULL CHECK (secret GLOB 'whsec_*'),
  description TEXT,
  -- 0: made by a submission that named its address.
  registered INTEGER NOT NULL CHECK (registered IN (0, 1)),
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  off_reason TEXT CHECK (enabled = 0 OR off_reason IS NULL),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX endpoints_by_url ON endpoints (url, secret);
CREATE INDEX endpoints_by_making ON endpoints (registered, number);

-- One message to one receiver. `id` is the `webhook-id`, or the mail's Message-ID. Wide columns come last.
CREATE TABLE deliveries (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  -- The job whose end it tells.
  job_id TEXT NOT NULL,
  event TEXT NOT NULL CHECK (event IN ('job.completed', 'job.dead', 'job.cancelled')),
  type TEXT NOT NULL CHECK (type IN ('webhook', 'email')),
  endpoint_id TEXT CHECK ((endpoint_id IS NOT NULL) = (type = 'webhook')),
  state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
  created_at INTEGER NOT NULL,
  ended_at INTEGER CHECK ((ended_at IS NULL) = (state = 'pending')),
  target TEXT NOT NULL,
  error TEXT CHECK (error IS NULL OR state = 'failed'),
  body TEXT NOT NULL
) STRICT;
CREATE INDEX deliveries_by_job ON deliveries (job_id, number);
CREATE INDEX deliveries_by_state ON deliveries (state, number);

-- The jobs that send it: one, and another for each time that it was sent again after it had been delivered or given up. A row goes with its job.
CREATE TABLE delivery_runs (
  seq INTEGER PRIMARY KEY,
  delivery INTEGER NOT NULL
) STRICT;
CREATE INDEX delivery_runs_by_delivery ON delivery_runs (delivery, seq);
