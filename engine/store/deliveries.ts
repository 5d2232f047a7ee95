/** Messages about the ends of jobs. Store/jobs.ts tells of each end in the transaction in which it happens. */

import type { Database } from 'better-sqlite3';
import type { DeliveryEvent, DeliveryState, DeliveryType } from '../../contract/notify.ts';
import { isFinal } from '../../contract/states.ts';
import { type JobRow, jobIdOf } from './job-row.ts';

/** The tasks that send, one for each type: not offered to anybody, and never the subject of a message themselves. */
export const deliveryTasks = { webhook: 'switchyard.webhook', email: 'switchyard.email' } as const satisfies Record<DeliveryType, string>;

export type DeliveryTask = (typeof deliveryTasks)[DeliveryType];

export function isDeliveryTask(task: string): task is DeliveryTask {
  return task === deliveryTasks.webhook || task === deliveryTasks.email;
}

/** A row of `deliveries` without its body: times in milliseconds since 1970, JSON as text. */
export type DeliveryRow = {
  number: number;
  id: string;
  job_id: string;
  event: DeliveryEvent;
  type: DeliveryType;
  endpoint_id: string | null;
  state: DeliveryState;
  created_at: number;
  ended_at: number | null;
  target: string;
  error: string | null;
};

export type NewDelivery = Omit<DeliveryRow, 'number'> & { body: string };

/** Somebody is to be told of it; or, with the delivery that hangs on it, a job that was to tell. */
export type EndedJob = { row: JobRow; delivery: DeliveryRow | null };

export type DeliveryStore = ReturnType<typeof prepareDeliveries>;

export function prepareDeliveries(db: Database) {
  const columns = 'number, id, job_id, event, type, endpoint_id, state, created_at, ended_at, target, error';
  const insert = db.prepare<[NewDelivery]>(
    `INSERT INTO deliveries (id, job_id, event, type, endpoint_id, state, created_at, ended_at, target, error, body)
     VALUES (@id, @job_id, @event, @type, @endpoint_id, @state, @created_at, @ended_at, @target, @error, @body)`,
  );
  const byId = db.prepare<[string], DeliveryRow>(`SELECT ${columns} FROM deliveries WHERE id = ?`);
  const body = db.prepare<[string], string>('SELECT body FROM deliveries WHERE id = ?').pluck();
  const end = db.prepare('UPDATE deliveries SET state = ?, ended_at = ?, error = ? WHERE number = ?');
  const reopen = db.prepare("UPDATE deliveries SET state = 'pending', ended_at = NULL, error = NULL WHERE number = ?");
  const insertRun = db.prepare('INSERT INTO delivery_runs (delivery, seq) VALUES (?, ?)');
  const deleteRun = db.prepare('DELETE FROM delivery_runs WHERE seq = ?');
  const ofRun = db.prepare<[number], DeliveryRow>(
    `SELECT ${columns} FROM deliveries WHERE number = (SELECT delivery FROM delivery_runs WHERE seq = ?)`,
  );
  const runs = db.prepare<[number, number], number>('SELECT seq FROM delivery_runs WHERE delivery = ? ORDER BY seq DESC LIMIT ?').pluck();
  const unfinishedRun = db
    .prepare<[number], number>(
      `SELECT 1 FROM delivery_runs JOIN jobs USING (seq) WHERE delivery = ? AND state NOT IN ('completed', 'dead', 'cancelled') LIMIT 1`,
    )
    .pluck();
  const removals = [
    db.prepare('DELETE FROM delivery_runs WHERE delivery = ?'),
    db.prepare('DELETE FROM deliveries WHERE number = ?'),
  ] as const;
  const endedOf = db
    .prepare<[string], number>("SELECT number FROM deliveries WHERE job_id = ? AND state <> 'pending' ORDER BY number")
    .pluck();
  const page = (where: string) =>
    db.prepare<[{ job: string; state: string; before: number; limit: number }], DeliveryRow>(
      `SELECT ${columns} FROM deliveries WHERE number < @before ${where} ORDER BY number DESC LIMIT @limit`,
    );
  const pages = {
    all: page(''),
    ofJob: page('AND job_id = @job'),
    // The + keeps SQLite from walking every delivery of a state for the few of a job.
    ofJobInState: page('AND job_id = @job AND +state = @state'),
    inState: page('AND state = @state'),
  };
  /** Ends in the open transaction that somebody is to be told of, or that a delivery hangs on. */
  let ended: EndedJob[] = [];

  function deleteDelivery(number: number): void {
    for (const removal of removals) removal.run(number);
  }

  return {
    /** A job has reached a final state. @returns it */
    jobEnded(row: JobRow): JobRow {
      if (row.notify !== null) ended.push({ row, delivery: null });
      else if (isDeliveryTask(row.task)) ended.push({ row, delivery: ofRun.get(row.seq) ?? null });
      return row;
    },
    /** A job that had ended waits again. */
    jobRenewed(row: JobRow): void {
      const delivery = isDeliveryTask(row.task) ? ofRun.get(row.seq) : undefined;
      if (delivery) reopen.run(delivery.number);
    },
    /** Messages stay no longer than their job, but those that are still on their way do arrive. */
    jobDeleted(row: JobRow): void {
      if (row.notify !== null) for (const number of endedOf.all(jobIdOf(row))) deleteDelivery(number);
      if (!isDeliveryTask(row.task)) return;
      const delivery = ofRun.get(row.seq) ?? null;
      deleteRun.run(row.seq);
      if (!isFinal(row.state)) ended.push({ row: { ...row, state: 'cancelled' }, delivery });
    },
    takeEnded(): EndedJob[] {
      const taken = ended;
      if (taken.length > 0) ended = [];
      return taken;
    },

    insertDelivery: (row: NewDelivery): number => Number(insert.run(row).lastInsertRowid),
    keepRun: (delivery: number, seq: number) => insertRun.run(delivery, seq),
    findDelivery: (id: string) => byId.get(id) ?? null,
    /** What a job that sends is to send. */
    deliveryOfRun: (seq: number) => ofRun.get(seq) ?? null,
    hasUnfinishedRun: (delivery: number) => unfinishedRun.get(delivery) !== undefined,
    bodyOf: (id: string) => body.get(id) ?? null,
    endDelivery: (number: number, state: Exclude<DeliveryState, 'pending'>, error: string | null, at: number) =>
      end.run(state, at, error, number),
    reopenDelivery: (number: number) => reopen.run(number),
    deleteDelivery,
    /** The numbers of the jobs that sent it, the newest first. */
    runsOf: (delivery: number, limit: number): number[] => runs.all(delivery, limit),
    /** The newest first, those before the number `before`. */
    deliveriesBefore(before: number, limit: number, { job, state }: { job?: string | undefined; state?: DeliveryState | undefined }) {
      const statement = job === undefined ? (state === undefined ? pages.all : pages.inState) : state ? pages.ofJobInState : pages.ofJob;
      return statement.all({ job: job ?? '', state: state ?? '', before, limit });
    },
  };
}
