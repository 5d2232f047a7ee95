import type { TaskUsage } from '../../contract/advice.ts';
import type { TaskStats } from '../../contract/resources.ts';
import type { TaskDeclares } from '../../contract/task.ts';
import type { Pace } from './pace.ts';

/** All that advice on a task is made from. */
export type AdviceFacts = {
  task: string;
  lane: 'io' | 'cpu';
  declares: TaskDeclares;
  stats: TaskStats;
  pace: Pace | null;
  usage: TaskUsage;
  /** Attempts that a job of it has, from the task or the defaults. */
  maxAttempts: number;
  hasPredict: boolean;
  hasRollback: boolean;
  /** Callers that the interactive lane serves at once. */
  interactivePlaces: number;
};
