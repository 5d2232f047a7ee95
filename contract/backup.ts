/** A copy of a home's jobs while its engine goes on, as of one moment. */

import { z } from 'zod';

export const backupStates = ['running', 'completed', 'failed'] as const;
export type BackupState = (typeof backupStates)[number];

export const backupStages = ['copying', 'checking', 'syncing'] as const;
export type BackupStage = (typeof backupStages)[number];

export type Backup = {
  id: string;
  path: string;
  state: BackupState;
  /** What it does, or did last. */
  stage: BackupStage;
  /** Of the database. 0 until the copy begins. */
  bytes: number;
  bytesDone: number;
  /** Large results, in the folder `<path>.results` beside it. `missing` ones were deleted with their jobs while the copy went on. */
  results: { files: number; bytes: number; missing: number };
  startedAt: string;
  finishedAt: string | null;
  /** Why it failed. */
  reason: string | null;
};

export const backupSchema = z.strictObject({
  path: z.string().min(1).max(4_000),
  /** Replaces a file that is there. */
  force: z.boolean().default(false),
});
export type BackupRequest = z.output<typeof backupSchema>;

/** Beside the backup of the database. */
export const backupResultsSuffix = '.results';
