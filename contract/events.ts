/** What the event stream carries. */

import type { JobSummary } from './job.ts';
import type { Queue, SeriesPoint, StateCounts, Workers } from './resources.ts';
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
  'job.changed',
  'job.deleted',
] as const;
export type JobEventType = (typeof jobEventTypes)[number];

export type JobEvent = { type: JobEventType; at: string; job: JobSummary };

/** `ran` made a job; `skipped` made none, `lastSkipped` says why. */
export type ScheduleEventType = 'schedule.created' | 'schedule.changed' | 'schedule.deleted' | 'schedule.ran' | 'schedule.skipped';

/** `changed`: its state or what belongs to it; its jobs have events of their own. */
export type WorkflowEventType = 'workflow.created' | 'workflow.changed' | 'workflow.deleted';

/** `counts` are those of the moment; `point` is the second that just ended. */
export type StatsEvent = { type: 'stats'; at: string; counts: StateCounts; point: SeriesPoint };

export type EngineEvent =
  | JobEvent
  | { type: 'queue.changed'; at: string; queue: Pick<Queue, 'name' | 'paused' | 'concurrency' | 'rateLimit' | 'maxBacklog'> }
  | ({ type: 'workers'; at: string } & Workers)
  | StatsEvent
  /** The set of tasks, or one of them, changed: read `GET /v1/tasks` again. */
  | { type: 'tasks.changed'; at: string; names: string[] }
  | { type: ScheduleEventType; at: string; schedule: Schedule }
  | { type: WorkflowEventType; at: string; workflow: WorkflowSummary }
  /** What was missed is gone: read everything again. */
  | { type: 'reset'; at: string };

export type EventType = EngineEvent['type'];
