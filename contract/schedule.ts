/** Schedules: jobs that the engine submits by itself, by a cron pattern or at an interval. */

import { z } from 'zod';
import type { JobNotification } from './job.ts';
import type { JsonObject } from './json.ts';
import { limits } from './limits.ts';
import { notifySchema } from './notify.ts';
import type { RetryPolicy } from './retry.ts';
import type { JobState } from './states.ts';
import { nameSchema, payloadSchema, prioritySchema, retrySchema, tagsSchema } from './submission.ts';

/** What becomes of a slot that comes while an earlier job of the schedule is unfinished. */
export const overlaps = ['skip', 'queue', 'replace'] as const;
export type Overlap = (typeof overlaps)[number];

/** What becomes of slots that passed while the engine was down, the machine asleep, or that a clock set forward jumped over. */
export const missedRules = ['skip', 'once', 'all'] as const;
export type MissedRule = (typeof missedRules)[number];

export const skipReasons = ['missed', 'overlap', 'line-full', 'unknown-task', 'invalid-payload', 'refused'] as const;
export type SkipReason = (typeof skipReasons)[number];

export type Schedule = {
  id: string;
  name: string | null;
  /** Five fields, or six with seconds first, or seven with years last; null for an interval. */
  cron: string | null;
  everyMs: number | null;
  /** IANA name, in which `cron` is read. */
  timeZone: string;
  task: string;
  payload: JsonObject;
  queue: string;
  priority: number;
  /** null: the task's own. */
  timeoutMs: number | null;
  /** What was given of it; the rest is the task's own. */
  retry: Partial<RetryPolicy> | null;
  tags: string[];
  /** Who is told how each of its jobs ended. */
  notify: JobNotification[];
  overlap: Overlap;
  missed: MissedRule;
  paused: boolean;
  /** The next five slots; of a paused schedule those that it would have if it were resumed now. Empty: there are no more. */
  nextRuns: string[];
  /** `slotAt` is null for a run by hand; `state` is null once the job was deleted. */
  lastRun: { at: string; slotAt: string | null; jobId: string; state: JobState | null } | null;
  /** The last slot without a job, and why. */
  lastSkipped: { at: string; slotAt: string; reason: SkipReason; detail: string } | null;
  createdAt: string;
  updatedAt: string;
};

const fields = {
  name: z.string().min(1).max(limits.nameLength).nullable().optional(),
  cron: z.string().min(1).max(limits.cronLength).nullable().optional(),
  everyMs: z.int().min(limits.scheduleEveryMs).max(limits.scheduleLongestMs).nullable().optional(),
  timeZone: z.string().min(1).max(limits.nameLength).optional(),
  task: nameSchema,
  payload: payloadSchema.optional(),
  queue: nameSchema.optional(),
  priority: prioritySchema.optional(),
  timeoutMs: z.int().min(1).max(limits.timeoutMs).nullable().optional(),
  retry: retrySchema.nullable().optional(),
  tags: tagsSchema.optional(),
  notify: notifySchema.optional(),
  overlap: z.enum(overlaps).optional(),
  missed: z.enum(missedRules).optional(),
  paused: z.boolean().optional(),
};

const given = (value: unknown) => value !== undefined && value !== null;

export const scheduleSchema = z
  .strictObject(fields)
  .refine(({ cron, everyMs }) => given(cron) !== given(everyMs), 'must have either cron or everyMs, and not both');
export type ScheduleInput = z.output<typeof scheduleSchema>;

/** What a schedule of this kind would do, before it is made. */
export const schedulePreviewSchema = z
  .strictObject({ cron: fields.cron, everyMs: fields.everyMs, timeZone: fields.timeZone })
  .refine(({ cron, everyMs }) => given(cron) !== given(everyMs), 'must have either cron or everyMs, and not both');
export type SchedulePreviewInput = z.output<typeof schedulePreviewSchema>;

/** Five at most, of a schedule that begins now. */
export type SchedulePreview = { timeZone: string; nextRuns: string[] };

/** Giving `cron` takes the place of `everyMs`, and the other way round. */
export const schedulePatchSchema = z
  .strictObject({ ...fields, task: nameSchema.optional() })
  .refine(({ cron, everyMs }) => !(given(cron) && given(everyMs)), 'must not have both cron and everyMs')
  .refine((patch) => Object.keys(patch).length > 0, 'must change something');
export type SchedulePatch = z.output<typeof schedulePatchSchema>;
