-- Promises of hybrid jobs, and what is run when one is not kept.

-- Which function of its task a job runs.
ALTER TABLE jobs ADD COLUMN purpose TEXT NOT NULL DEFAULT 'run' CHECK (purpose = 'run' OR purpose = 'rollback');
-- What is to be done if the job ends dead or cancelled: {"task","payload"} of its caller, or {"rollback"}, whether its task had one
-- when the job was accepted. NULL: nothing was asked for.
ALTER TABLE jobs ADD COLUMN on_failure TEXT CHECK (json_valid(on_failure));
-- Of a job that makes up for another: what it is told of that one (a copy, as that one may be deleted first).
ALTER TABLE jobs ADD COLUMN compensates TEXT CHECK (json_valid(compensates) AND (purpose = 'run' OR compensates IS NOT NULL));
-- Of a job that has failed: how far what makes up for it is, and that job's public id. Both outlive a redrive.
ALTER TABLE jobs ADD COLUMN compensation TEXT CHECK (compensation = 'none' OR compensation = 'pending' OR compensation = 'compensated' OR compensation = 'compensation-failed');
ALTER TABLE jobs ADD COLUMN compensated_by TEXT CHECK ((compensated_by IS NOT NULL) = coalesce(compensation <> 'none', 0));
