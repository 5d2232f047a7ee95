/** What the event stream carries. */

import type { Circuit } from './circuit.ts';
import type { JobSummary } from './job.ts';
import type { LabModeResult, LabRunSummary } from './lab-run.ts';
import type { Queue, RecycledThread, SeriesPoint, StateCounts, Workers } from './resources.ts';
import type { Schedule } from './schedule.ts';
import type { WorkflowSummary } from './workflow.ts';

export const jobEventTypes = [
  'job.created',
  'job.started',
  'job.progress',
  'job.retrying',
  'job.available',
  'job.completed',
  'job.dead',
  'job.cancelled',
  /** The job that makes up for this one has ended: well, or as dead or cancelled. */
  'job.compensated',
  'job.compensation-failed',
  'job.changed',
  'job.deleted',
] as const;
export type JobEventType = (typeof jobEventTypes)[number];

export type JobEvent = { type: JobEventType; at: string; job: JobSummary };

/** `ran` made a job; `skipped` made none, `lastSkipped` says why. */
export type ScheduleEventType = 'schedule.created' | 'schedule.changed' | 'schedule.deleted' | 'schedule.ran' | 'schedule.skipped';

/** `half-opened`: a job tries whether the service is back. `closed` also of one that was reset, or forgotten. */
export type CircuitEventType = 'circuit.opened' | 'circuit.half-opened' | 'circuit.closed';
/** `changed`: its state or what belongs to it; its jobs have events of their own. */
export type WorkflowEventType = 'workflow.created' | 'workflow.changed' | 'workflow.deleted';

/** `counts` are those of the moment; `point` is the second that just ended. */
export type StatsEvent = { type: 'stats'; at: string; counts: StateCounts; point: SeriesPoint };

export type EngineEvent =
  | JobEvent
  | { type: 'queue.changed'; at: string; queue: Pick<Queue, 'name' | 'paused' | 'concurrency' | 'rateLimit' | 'maxBacklog'> }
  | ({ type: 'workers'; at: string } & Workers)
  /** A thread held more memory than it may and is replaced once what runs on it has ended. */
  | { type: 'workers.recycled'; at: string; recycled: RecycledThread }
  | StatsEvent
  /** The set of tasks, or one of them, changed: read `GET /v1/tasks` again. */
  | { type: 'tasks.changed'; at: string; names: string[] }
  | { type: CircuitEventType; at: string; circuit: Circuit }
  | { type: ScheduleEventType; at: string; schedule: Schedule }
  /** A job that asked for a `desktop` notification has ended. Within a member of its own, so that filters on jobs do not hide it. */
  | { type: 'notification.desktop'; at: string; notification: { job: JobSummary } }
  | { type: 'lab.started' | 'lab.ended' | 'lab.changed' | 'lab.deleted'; at: string; run: LabRunSummary }
  /** About once a second. Its `samples` are those since the event before; of the result of the mode that goes on. */
  | { type: 'lab.progress'; at: string; run: LabRunSummary; result: LabModeResult }
  | { type: WorkflowEventType; at: string; workflow: WorkflowSummary }
  /** What was missed is gone: read everything again. */
  | { type: 'reset'; at: string };

export type EventType = EngineEvent['type'];
