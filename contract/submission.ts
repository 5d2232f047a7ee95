/** What a submission may hold, and what of it is refused. */

import { z } from 'zod';
import { modes } from './job.ts';
import type { Json, JsonObject } from './json.ts';
import { limits } from './limits.ts';
import { notifySchema } from './notify.ts';
import { backoffs, retryActions, uncountedAgeMs } from './retry.ts';

/** Names of tasks and queues: visible, and safe in an address, a file name and a shell. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

export const nameSchema = z
  .string()
  .min(1)
  .max(limits.nameLength)
  .regex(namePattern, 'must be letters, digits, ".", "_" or "-", and start with a letter or digit');

export const tagsSchema = z.array(z.string().min(1).max(limits.tagLength)).max(limits.tags);

export const timeSchema = z.iso.datetime({ offset: true, error: 'must be a time as in ISO 8601, e.g. 2026-01-31T09:30:00.000Z' });

export const payloadSchema = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be a JSON object',
);

/** Priorities go from its negative to it. */
export const priorityBound = 100;

export const prioritySchema = z.int().min(-priorityBound).max(priorityBound);

/** The longest that a job may be put off, or may take to its end, in milliseconds. */
export const submissionDelayMs = 366 * 86_400_000;

const durationMs = z.int().min(0);

const matchText = z.string().min(1).max(200).exactOptional();

const retryRuleSchema = z
  .strictObject({
    name: matchText,
    code: matchText,
    message: matchText,
    action: z.enum(retryActions),
    afterMs: durationMs.max(uncountedAgeMs).exactOptional(),
  })
  .refine(({ name, code, message }) => (name ?? code ?? message) !== undefined, 'must say which errors it is for: name, code or message')
  .refine(({ action, afterMs }) => (action === 'snooze') === (afterMs !== undefined), {
    path: ['afterMs'],
    message: 'is how long a "snooze" waits: needed there, and nowhere else',
  });

export const retrySchema = z
  .strictObject({
    maxAttempts: z.int().min(1).max(1000).optional(),
    backoff: z.enum(backoffs).optional(),
    baseMs: durationMs.max(86_400_000).optional(),
    maxMs: durationMs.max(7 * 86_400_000).optional(),
    jitter: z.number().min(0).max(1).optional(),
    delaysMs: z
      .array(durationMs.max(7 * 86_400_000))
      .min(1)
      .max(limits.retryDelays)
      .optional(),
    retryForMs: durationMs.max(366 * 86_400_000).optional(),
    rules: z.array(retryRuleSchema).max(limits.retryRules).optional(),
  })
  .refine(
    ({ delaysMs, backoff, baseMs, maxMs }) =>
      delaysMs === undefined || (backoff === undefined && baseMs === undefined && maxMs === undefined),
    { path: ['delaysMs'], message: 'says every delay itself: leave out backoff, baseMs and maxMs, or leave out this' },
  );

export const uniqueScopes = ['active', 'started'] as const;
export type UniqueScope = (typeof uniqueScopes)[number];

/** Only one job of a task and key at a time: until it is final, or only until it has started; and for `forMs` after its submission in any case. */
export const uniqueSchema = z.strictObject({
  key: z.string().min(1).max(limits.uniqueKeyLength),
  scope: z
    .enum(uniqueScopes, {
      error: 'must be "active" (the key is taken until the job is final) or "started" (until its first attempt begins)',
    })
    .default('active'),
  forMs: z.int().min(1).max(limits.uniqueForMs).exactOptional(),
});

export const jsonSchema = z.custom<Json>((value) => value !== undefined, 'must be JSON');

/** Runs when the job ends dead or cancelled, in place of the task's own `rollback`. */
export const onFailureSchema = z.strictObject({ task: nameSchema, payload: payloadSchema.default(() => ({})) });

export const submissionSchema = z.strictObject({
  task: nameSchema,
  payload: payloadSchema.default(() => ({})),
  mode: z.enum(modes, { error: 'must be "sync", "async", "hybrid" or "auto"' }).default('auto'),
  queue: nameSchema.optional(),
  priority: prioritySchema.default(0),
  delayMs: durationMs.max(submissionDelayMs).default(0),
  runAt: timeSchema.nullable().default(null),
  timeoutMs: z.int().min(1).max(limits.timeoutMs).optional(),
  waitMs: z.int().min(0).max(limits.waitMs).optional(),
  retry: retrySchema.nullable().optional(),
  deadlineMs: z.int().min(1).max(submissionDelayMs).optional(),
  concurrencyKey: z.string().min(1).max(limits.uniqueKeyLength).optional(),
  unique: uniqueSchema.nullable().optional(),
  tags: tagsSchema.default(() => []),
  /** With mode `hybrid`: the answer to be given before the work is done; null or nothing: what the task's `predict` returns. */
  optimistic: jsonSchema.optional(),
  onFailure: onFailureSchema.nullable().optional(),
  notify: notifySchema.optional(),
});

/** As a caller writes it: only `task` is required. */
export type SubmissionInput = z.input<typeof submissionSchema>;
/** As the engine reads it, defaults filled in. */
export type Submission = z.output<typeof submissionSchema>;

export const batchSchema = z.strictObject({
  jobs: z.array(submissionSchema).min(1).max(limits.batchJobs),
});

export const jobPatchSchema = z
  .strictObject({
    priority: prioritySchema.optional(),
    runAt: timeSchema.optional(),
    payload: payloadSchema.optional(),
    queue: nameSchema.optional(),
    tags: tagsSchema.optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'must change something: priority, runAt, payload, queue or tags');

export type JobPatch = z.output<typeof jobPatchSchema>;

export const idempotencyKeySchema = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters');
