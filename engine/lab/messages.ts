/** What the user's engine and a run's process say to each other. */

import type { Mode } from '../../contract/job.ts';
import type { Workload } from '../../contract/lab.ts';
import type { LabModeResult } from '../../contract/lab-run.ts';
import type { TaskDeclares } from '../../contract/task.ts';

export type LabRequest = {
  workload: Workload;
  modes: Mode[];
  waitMs: number | null;
  declares: TaskDeclares;
  concurrency: number | null;
};

export type ToRunner =
  | {
      kind: 'run';
      request: LabRequest;
      /** A folder that is the run's alone; it is removed at its end. */
      home: string;
      /** The user's own tasks. */
      tasksFolder: string;
    }
  | { kind: 'stop' };

export type FromRunner =
  /** Its `samples` are those since the message before. */
  | { kind: 'progress'; result: LabModeResult }
  /** A mode has ended; with all of its samples. */
  | { kind: 'mode-ended'; result: LabModeResult }
  | { kind: 'ended'; stopped: boolean }
  | { kind: 'failed'; reason: string };
