/** How long ended jobs are kept, and how much room they may take. Jobs that have not ended are never deleted. */

import { z } from 'zod';
import { finalStates } from './states.ts';

/** `null`: no such limit. Whichever is met first lets a job go. */
export type KeptJobs = {
  /** Milliseconds from a job's end. */
  forMs: number | null;
  /** So many jobs at most; the oldest ends go first. */
  count: number | null;
};

export type RetentionSettings = {
  completed: KeptJobs;
  cancelled: KeptJobs;
  dead: KeptJobs;
  /**
   * What jobs, their logs and large results may take on the disk. Past it the oldest completed jobs go, then cancelled ones, and dead
   * ones only when nothing else is left to delete.
   */
  maxBytes: number | null;
};

export type RetentionReason = 'age' | 'count' | 'size';

export type Retention = RetentionSettings & {
  usage: {
    /** Of the database in use; what counts against `maxBytes` is this and `resultBytes`. */
    databaseBytes: number;
    /** Of the database's file, left by what was deleted: reused by new jobs, and given back to the disk bit by bit. */
    freeBytes: number;
    /** Of large results, in files beside the database. */
    resultBytes: number;
    /** false: a large database of an earlier version, whose file never shrinks. A backup of it has the same size. */
    shrinks: boolean;
  };
  /** The last time that jobs were deleted since the engine started. */
  lastDeleted: { at: string; completed: number; cancelled: number; dead: number; reasons: Record<RetentionReason, number> } | null;
};

const day = 86_400_000;

export const defaultRetention: RetentionSettings = {
  completed: { forMs: 7 * day, count: null },
  cancelled: { forMs: 7 * day, count: null },
  dead: { forMs: 30 * day, count: null },
  maxBytes: 4 * 1024 ** 3,
};

export const retentionBounds = { forMs: 3_660 * day, count: 1_000_000_000, leastBytes: 16 * 1024 ** 2, mostBytes: 1024 ** 5 } as const;

const keptSchema = z
  .strictObject({
    forMs: z.int().min(0).max(retentionBounds.forMs).nullable().optional(),
    count: z.int().min(0).max(retentionBounds.count).nullable().optional(),
  })
  .refine((kept) => kept.forMs !== undefined || kept.count !== undefined, 'must change something: forMs or count')
  .optional();

export const retentionPatchSchema = z
  .strictObject({
    completed: keptSchema,
    cancelled: keptSchema,
    dead: keptSchema,
    maxBytes: z.int().min(retentionBounds.leastBytes).max(retentionBounds.mostBytes).nullable().optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'must change something: completed, cancelled, dead or maxBytes');
export type RetentionPatch = z.output<typeof retentionPatchSchema>;

/** What is not mentioned stays as it is. */
export function patchRetention(settings: RetentionSettings, patch: RetentionPatch): RetentionSettings {
  const patched = { ...settings, maxBytes: patch.maxBytes === undefined ? settings.maxBytes : patch.maxBytes };
  for (const state of finalStates) {
    const { forMs, count } = patch[state] ?? {};
    patched[state] = {
      forMs: forMs === undefined ? settings[state].forMs : forMs,
      count: count === undefined ? settings[state].count : count,
    };
  }
  return patched;
}
