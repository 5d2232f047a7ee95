/** The jobs and the narrow tables beside them. Every function is one step of a job's life and runs inside a group commit. */

import type { Database } from 'better-sqlite3';
import type { LaneName } from '../../contract/job.ts';
import { lineRank } from '../../contract/priority.ts';
import type { JobState } from '../../contract/states.ts';
import type { EndedAttempt, FinalEnd, WaitingEnd } from './attempt-end.ts';
import type { CompensationStore } from './compensations.ts';
import type { CounterChanges } from './counters.ts';
import type { DeadGroups } from './dead-groups.ts';
import { prepareDeadlines } from './deadlines.ts';
import type { DeliveryStore } from './deliveries.ts';
import { type JobKey, parseJobId } from './job-id.ts';
import { type JobRow, jobColumns } from './job-row.ts';
import { prepareJobTags } from './job-tags.ts';
import type { JobWrites } from './job-writes.ts';
import { type Gate, prepareParked } from './parked.ts';
import { prepareReadyPairs } from './ready-pairs.ts';
import { prepareScheduleJobs } from './schedule-jobs.ts';
import type { ScheduleLineStore } from './schedule-line.ts';
import { prepareUniqueKeys } from './unique-keys.ts';
import type { WorkflowJobStore } from './workflow-jobs.ts';

export type JobStore = ReturnType<typeof prepareJobs>;

export type JobStoreParts = {
  writes: JobWrites;
  counters: CounterChanges;
  scheduleLine: ScheduleLineStore;
  deadGroups: DeadGroups;
  compensations: CompensationStore;
  deliveries: DeliveryStore;
  workflowJobs: WorkflowJobStore;
};

export function prepareJobs(
  db: Database,
  { writes, counters, scheduleLine, deadGroups, compensations, deliveries, workflowJobs }: JobStoreParts,
) {
  const unique = prepareUniqueKeys(db);
  const deadlines = prepareDeadlines(db);
  const parked = prepareParked(db);
  const jobTags = prepareJobTags(db);
  const bySeq = db.prepare<[number], JobRow>(`SELECT ${jobColumns.join(', ')} FROM jobs WHERE seq = ?`);
  const keyBySeq = db.prepare<[number], { created_at: number; nonce: number }>('SELECT created_at, nonce FROM jobs WHERE seq = ?');
  const lastSeq = db.prepare<[], number>('SELECT max(seq) FROM jobs').pluck();
  const deleteReady = db.prepare('DELETE FROM ready WHERE queue = ? AND lane = ? AND rank = ? AND run_at = ? AND seq = ?');
  const nextReady = db.prepare<[string, string, number], JobRow>(
    `SELECT ${jobColumns.map((column) => `jobs.${column}`).join(', ')} FROM ready JOIN jobs USING (seq)
     WHERE ready.queue = ? AND ready.lane = ? ORDER BY ready.rank, ready.run_at, ready.seq LIMIT ?`,
  );
  const insertScheduled = db.prepare('INSERT INTO scheduled (run_at, seq) VALUES (?, ?)');
  const deleteScheduled = db.prepare('DELETE FROM scheduled WHERE run_at = ? AND seq = ?');
  const dueScheduled = db
    .prepare<[number, number], number>('SELECT seq FROM scheduled WHERE run_at <= ? ORDER BY run_at, seq LIMIT ?')
    .pluck();
  const firstScheduled = db.prepare<[], number>('SELECT run_at FROM scheduled ORDER BY run_at LIMIT 1').pluck();
  const insertHeld = db.prepare('INSERT INTO held (task, seq) VALUES (?, ?)');
  const deleteHeld = db.prepare('DELETE FROM held WHERE task = ? AND seq = ?');
  const nextHeld = db.prepare<[string, number], number>('SELECT seq FROM held WHERE task = ? ORDER BY seq LIMIT ?').pluck();
  const heldTasks = db.prepare<[], string>('SELECT DISTINCT task FROM held').pluck();
  const allRunning = db.prepare<[], number>('SELECT seq FROM running ORDER BY seq').pluck();
  const start = db.prepare(
    "UPDATE jobs SET state = 'executing', attempt = ?, started_at = ?, first_started_at = ?, progress = NULL WHERE seq = ? AND state = 'available'",
  );
  const setState = db.prepare('UPDATE jobs SET state = ? WHERE seq = ? AND state = ?');
  const setLane = db.prepare('UPDATE jobs SET lane = ? WHERE seq = ?');
  const setError = db.prepare('UPDATE jobs SET error = ? WHERE seq = ?');
  const finish = db.prepare(
    "UPDATE jobs SET state = ?, finished_at = ?, result = ?, result_bytes = ?, error = ?, progress = ?, fingerprint = ? WHERE seq = ? AND state = 'executing' AND attempt = ?",
  );
  const wait = db.prepare(
    "UPDATE jobs SET state = ?, run_at = ?, max_attempts = ?, crashes = ?, error = ?, progress = NULL WHERE seq = ? AND state = 'executing' AND attempt = ?",
  );
  const cancel = db.prepare("UPDATE jobs SET state = 'cancelled', finished_at = ?, error = ? WHERE seq = ?");
  const bury = db.prepare("UPDATE jobs SET state = 'dead', finished_at = ?, error = ?, fingerprint = ? WHERE seq = ?");
  const renew = db.prepare(
    `UPDATE jobs SET state = ?, run_at = ?, max_attempts = attempt + budget, crashes = 0, finished_at = NULL, result = NULL, result_bytes = NULL, progress = NULL,
      fingerprint = NULL, first_started_at = NULL, deadline_at = ?, payload = ?, first_payload = ?, circuit = ? WHERE seq = ?`,
  );
  const reschedule = db.prepare('UPDATE jobs SET state = ?, run_at = ? WHERE seq = ?');
  const amend = db.prepare(
    'UPDATE jobs SET priority = ?, run_at = ?, state = ?, queue = ?, tags = ?, payload = ?, first_payload = ?, circuit = ? WHERE seq = ?',
  );
  const deletions = ['jobs', 'attempts', 'logs', 'idempotency_keys'].map((table) => db.prepare(`DELETE FROM ${table} WHERE seq = ?`));
  function readJob(seq: number): JobRow | null {
    return bySeq.get(seq) ?? null;
  }

  /** @param uniqueUntil the time up to which its unique key is kept even past its end */
  function insertJob(row: JobRow, uniqueUntil: number | null = null): void {
    writes.insertJob(row);
    unique.takeKey(row, uniqueUntil);
    deadlines.keepDeadline(row);
    if (row.state === 'executing' && row.unique_scope === 'started') unique.freeKey(row, row.created_at);
    if (row.state === 'executing') writes.beginRun(row);
    else enterWaiting(row);
    scheduleLine.enter(row);
    counters.add(row, row.state, 1);
  }

  /**
   * A job that ended before anything was written of it. Only for one that holds no key, has no deadline and promised nothing: there
   * is nothing to let go of. @param row as it ran
   */
  function insertEnded(row: JobRow, attempt: EndedAttempt, end: FinalEnd, at: number): JobRow {
    const ended = endedRow(row, end, at);
    writes.insertJob(ended);
    writes.insertAttempt(row, attempt, at);
    counters.add(ended, ended.state, 1);
    return ended;
  }

  function endedRow(row: JobRow, { state, result, error, resultBytes }: FinalEnd, at: number): JobRow {
    const fingerprint = state === 'dead' ? deadGroups.join(row.task, error, at) : null;
    return { ...row, state, result, error, result_bytes: resultBytes ?? null, finished_at: at, fingerprint };
  }

  function enterWaiting(row: JobRow): void {
    if (row.state === 'available') writes.insertReady(row);
    else if (row.state === 'scheduled' || row.state === 'retryable') insertScheduled.run(row.run_at, row.seq);
  }

  function leaveWaiting(row: JobRow): void {
    if (row.state === 'available') {
      const inLine = deleteReady.run(row.queue, row.lane, lineRank(row.run_at, row.priority), row.run_at, row.seq).changes > 0;
      if (!inLine && !parked.takeBack(row)) deleteHeld.run(row.task, row.seq);
    } else if (row.state === 'scheduled' || row.state === 'retryable') deleteScheduled.run(row.run_at, row.seq);
  }

  /** Of every job that becomes final: lets go of what it no longer needs, and sees to what was promised of it. @param ended the job as it is then */
  function conclude(row: JobRow, ended: JobRow, at: number): JobRow {
    unique.freeKey(row, at);
    deadlines.dropDeadline(row);
    scheduleLine.leave(row);
    move(row, ended.state);
    return deliveries.jobEnded(compensations.ended(ended, at, insertJob));
  }

  function move(row: JobRow, to: JobState): void {
    counters.add(row, row.state, -1);
    counters.add(row, to, 1);
  }

  /** The next jobs in line (contract/priority.ts). They stay where they are until they are started, held or parked. */
  function peekReady(queue: string, lane: LaneName, limit: number): JobRow[] {
    return nextReady.all(queue, lane, limit);
  }

  function startJob(row: JobRow, at: number): JobRow {
    leaveWaiting(row);
    const attempt = row.attempt + 1;
    const first_started_at = row.first_started_at ?? at;
    if (start.run(attempt, at, first_started_at, row.seq).changes !== 1) throw new Error(`job ${row.seq} was claimed while ${row.state}`);
    const started: JobRow = { ...row, state: 'executing', attempt, started_at: at, first_started_at, progress: null };
    writes.beginRun(started);
    if (row.unique_scope === 'started') unique.freeKey(row, at);
    move(row, 'executing');
    return started;
  }

  /** Puts a due job aside until its task loads. */
  function holdJob(row: JobRow, error: string): void {
    leaveWaiting(row);
    insertHeld.run(row.task, row.seq);
    setError.run(error, row.seq);
  }

  /** Puts a due job aside until a gate that it has to pass opens. */
  function parkJob(row: JobRow, gate: Gate): void {
    leaveWaiting(row);
    parked.putAside(row, gate);
  }

  /** Back in line: the first `limit` that wait at a gate, in each queue and lane. */
  function releaseParked(gate: Gate, limit: number, most: number): JobRow[] {
    return parked.firstAt(gate, limit, most).flatMap((seq) => {
      const row = readJob(seq);
      if (!row) return [];
      leaveWaiting(row);
      enterWaiting(row);
      return row;
    });
  }

  /** Back in line, once its task loads. */
  function releaseHeld(row: JobRow): void {
    deleteHeld.run(row.task, row.seq);
    setError.run(null, row.seq);
    enterWaiting(row);
  }

  /** Scheduled and retryable jobs that are due become available. */
  function promoteDue(now: number, limit: number): JobRow[] {
    return dueScheduled.all(now, limit).flatMap((seq) => {
      const row = readJob(seq);
      if (!row) return [];
      leaveWaiting(row);
      setState.run('available', seq, row.state);
      move(row, 'available');
      const due: JobRow = { ...row, state: 'available' };
      enterWaiting(due);
      return due;
    });
  }

  /**
   * Ends an attempt for good. Fenced by job, state and attempt: null when this attempt no longer holds the job, and then
   * nothing is changed.
   */
  function finishAttempt(row: JobRow, attempt: EndedAttempt, end: FinalEnd, at: number): JobRow | null {
    if (!writes.endRun(row)) return null;
    const ended = endedRow(row, end, at);
    if (leavesOnlyResult(row, ended)) writes.endJob(ended);
    else {
      const { state, result, result_bytes, error, progress, fingerprint } = ended;
      const changed = finish.run(state, at, result, result_bytes, error, progress, fingerprint, row.seq, row.attempt).changes;
      if (changed !== 1) throw new Error(`job ${row.seq} ran as attempt ${row.attempt} but is not executing`);
    }
    writes.insertAttempt(row, attempt, at);
    return conclude(row, ended, at);
  }

  /** Ends an attempt after which the job waits again. Fenced as `finishAttempt`. */
  function giveBackAttempt(row: JobRow, attempt: EndedAttempt, end: WaitingEnd, at: number): JobRow | null {
    if (!writes.endRun(row)) return null;
    const changed = wait.run(end.state, end.runAt, end.maxAttempts, end.crashes, end.error, row.seq, row.attempt).changes;
    if (changed !== 1) throw new Error(`job ${row.seq} ran as attempt ${row.attempt} but is not executing`);
    writes.insertAttempt(row, attempt, at);
    move(row, end.state);
    const { state, runAt: run_at, maxAttempts: max_attempts, crashes, error } = end;
    const waiting: JobRow = { ...row, state, run_at, max_attempts, crashes, error, progress: null };
    enterWaiting(waiting);
    deadlines.keepDeadline(waiting);
    scheduleLine.stepBack(row);
    return waiting;
  }

  function cancelWaiting(row: JobRow, at: number): JobRow {
    leaveWaiting(row);
    cancel.run(at, row.error, row.seq);
    return conclude(row, { ...row, state: 'cancelled', finished_at: at }, at);
  }

  /** Ends a job that waits and can never run, e.g. because its payload no longer fits its task. */
  function buryWaiting(row: JobRow, error: string, at: number): JobRow {
    leaveWaiting(row);
    const fingerprint = deadGroups.join(row.task, error, at);
    bury.run(at, error, fingerprint, row.seq);
    return conclude(row, { ...row, state: 'dead', finished_at: at, error, fingerprint }, at);
  }

  /**
   * Makes a final job available again with fresh attempts and a fresh deadline, perhaps with another payload; its history and
   * its first payload stay. In a workflow it is blocked while it has to wait for others. The caller has seen that its unique key is free.
   */
  function renewJob(row: JobRow, at: number, payload = row.payload): JobRow {
    const first_payload = payload === row.payload ? row.first_payload : (row.first_payload ?? row.payload);
    const deadline_at = row.deadline_ms === null ? null : at + row.deadline_ms;
    const state = row.workflow_id !== null && workflowJobs.isWaiting(row.seq) ? 'blocked' : 'available';
    deadGroups.leave(row.fingerprint);
    renew.run(state, at, deadline_at, payload, first_payload, row.circuit, row.seq);
    compensations.renewed(row);
    unique.takeKey(row);
    scheduleLine.enter(row);
    move(row, state);
    const renewed: JobRow = {
      ...row,
      ...{
        state,
        run_at: at,
        max_attempts: row.attempt + row.budget,
        crashes: 0,
        finished_at: null,
        result: null,
        result_bytes: null,
        progress: null,
        first_started_at: null,
        deadline_at,
        fingerprint: null,
        payload,
        first_payload,
      },
    };
    deadlines.keepDeadline(renewed);
    deliveries.jobRenewed(renewed);
    enterWaiting(renewed);
    return renewed;
  }

  function makeDueNow(row: JobRow, at: number): JobRow {
    leaveWaiting(row);
    reschedule.run('available', at, row.seq);
    move(row, 'available');
    const due: JobRow = { ...row, state: 'available', run_at: at };
    enterWaiting(due);
    return due;
  }

  /** What it waited for has ended: due at once, or `scheduled` for later. */
  function unblockJob(row: JobRow, state: 'available' | 'scheduled' = 'available', run_at = row.run_at): JobRow {
    reschedule.run(state, run_at, row.seq);
    move(row, state);
    const free: JobRow = { ...row, state, run_at };
    enterWaiting(free);
    return free;
  }

  function changeLane(row: JobRow, lane: LaneName): JobRow {
    leaveWaiting(row);
    setLane.run(lane, row.seq);
    const moved: JobRow = { ...row, lane };
    enterWaiting(moved);
    return moved;
  }

  /** Changes a job that waits; `changed` holds its new priority, time, state, queue, tags, payload and circuit. */
  function amendWaiting(row: JobRow, changed: JobRow): void {
    leaveWaiting(row);
    const { priority, run_at, state, queue, tags, payload, first_payload, circuit } = changed;
    amend.run(priority, run_at, state, queue, tags, payload, first_payload, circuit, row.seq);
    jobTags.change(row, tags);
    counters.add(row, row.state, -1);
    counters.add(changed, state, 1);
    enterWaiting(changed);
  }

  /** @returns the job as it was then: of one that had not ended, with what takes its promise back */
  function deleteJob(row: JobRow, at: number): JobRow {
    leaveWaiting(row);
    unique.dropKey(row);
    deadlines.dropDeadline(row);
    scheduleLine.leave(row);
    deadGroups.leave(row.fingerprint);
    const deleted = compensations.deleted(row, at, insertJob);
    deliveries.jobDeleted(row);
    jobTags.leave(row);
    for (const statement of deletions) statement.run(row.seq);
    counters.add(row, row.state, -1);
    return deleted;
  }

  return {
    readJob,
    insertJob,
    insertEnded,
    peekReady,
    startJob,
    holdJob,
    releaseHeld,
    parkJob,
    releaseParked,
    promoteDue,
    finishAttempt,
    giveBackAttempt,
    cancelWaiting,
    buryWaiting,
    renewJob,
    makeDueNow,
    unblockJob,
    changeLane,
    amendWaiting,
    deleteJob,
    /** The job of a public id, or null. */
    findJob(id: string): JobRow | null {
      const key = parseJobId(id);
      if (!key) return null;
      const row = readJob(key.seq);
      return row && row.created_at === key.createdAt && row.nonce === key.nonce ? row : null;
    },
    ...prepareScheduleJobs(db, readJob),
    /** As `findJob`, without reading the whole of it. */
    findMember(id: string): JobKey | null {
      const key = parseJobId(id);
      const row = key && keyBySeq.get(key.seq);
      return row && row.created_at === key.createdAt && row.nonce === key.nonce ? key : null;
    },
    lastSeq: () => lastSeq.get() ?? 0,
    readyPairs: prepareReadyPairs(db),
    nextDueAt: () => firstScheduled.get() ?? null,
    runningJobs: () => allRunning.all().flatMap((seq) => readJob(seq) ?? []),
    heldTasks: () => heldTasks.all(),
    peekHeld: (task: string, limit: number) => nextHeld.all(task, limit).flatMap((seq) => readJob(seq) ?? []),
    uniqueHolder(task: string, key: string, now: number): JobRow | null {
      const seq = unique.holderOf(task, key, now);
      return seq === null ? null : readJob(seq);
    },
    forgetExpiredKeys: unique.forgetExpired,
    parkedGates: parked.gates,
    passedDeadlines: (now: number, limit: number) => deadlines.passedDeadlines(now, limit).flatMap((seq) => readJob(seq) ?? []),
    nextDeadline: deadlines.nextDeadline,
    /** Of a running job that was told to end because of it: it is not found again. */
    dropDeadline: deadlines.dropDeadline,
  };
}

/** @param row as it ran; of its progress only memory knows until its end */
function leavesOnlyResult(row: JobRow, ended: JobRow): boolean {
  return ended.error === row.error && ended.progress === null && ended.result_bytes === null && ended.fingerprint === null;
}
