/** Workflows: jobs of which some wait for others. */

import { z } from 'zod';
import type { JobError } from './job.ts';
import { limits } from './limits.ts';
import type { StateCounts } from './resources.ts';
import type { JobState } from './states.ts';
import { submissionSchema } from './submission.ts';

/**
 * What becomes of a job whose parent ends dead or cancelled: it stays blocked until the parent completes after all, it is cancelled with
 * everything that waits for it, or it goes on as if the parent had completed.
 */
export const failurePolicies = ['block', 'cancel', 'continue'] as const;
export type FailurePolicy = (typeof failurePolicies)[number];

export const workflowStates = ['running', 'completed', 'failed', 'cancelled'] as const;
export type WorkflowState = (typeof workflowStates)[number];

/** What a list's row and an event carry. */
export type WorkflowSummary = {
  id: string;
  name: string | null;
  /** `failed` also while jobs are blocked by one that is dead or cancelled and nothing else can go on. */
  state: WorkflowState;
  /** Its jobs, by state. */
  counts: StateCounts;
  createdAt: string;
  /** When it left `running`. */
  finishedAt: string | null;
};

export type WorkflowJob = {
  name: string;
  id: string;
  state: JobState;
  dependsOn: string[];
  /** For each that it depends on, what becomes of it if that one fails. */
  onFailure: Record<string, FailurePolicy>;
  /** How many of those it depends on it still waits for. */
  waitsFor: number;
  task: string;
  attempt: number;
  maxAttempts: number;
  startedAt: string | null;
  finishedAt: string | null;
  /** Of one that has failed; the whole of it stands in the job. */
  error: Pick<JobError, 'name' | 'message'> | null;
};

export type Workflow = WorkflowSummary & {
  /** What holds where a job says nothing else. */
  onFailure: FailurePolicy;
  /** The name of the job that runs once all others have ended. */
  onComplete: string | null;
  /** In the order in which they were given. */
  jobs: WorkflowJob[];
};

/** How a job is called within its workflow. The three names left out are those that no JSON here may use as a key. */
export const workflowJobNameSchema = z
  .string()
  .min(1)
  .max(limits.nameLength)
  .regex(/^\P{Cc}+$/u, 'must not hold control characters')
  .refine((name) => !['__proto__', 'constructor', 'prototype'].includes(name), 'is a name that JSON objects here must not use');

const policySchema = z.enum(failurePolicies);

const dependencySchema = z.union(
  [workflowJobNameSchema, z.strictObject({ job: workflowJobNameSchema, onFailure: policySchema.optional() })],
  { error: 'must be the name of a job, or { "job": name, "onFailure": "block", "cancel" or "continue" }' },
);

const workflowJobSchema = submissionSchema.safeExtend({
  name: workflowJobNameSchema,
  dependsOn: z.array(dependencySchema).max(limits.batchJobs).optional(),
});
export type WorkflowJobInput = z.output<typeof workflowJobSchema>;

export const workflowSchema = z.strictObject({
  name: z.string().min(1).max(limits.nameLength).nullable().optional(),
  onFailure: policySchema.default('block'),
  jobs: z.array(workflowJobSchema).min(1).max(limits.batchJobs),
  onComplete: submissionSchema
    .safeExtend({ name: workflowJobNameSchema.default('onComplete') })
    .nullable()
    .optional(),
});
export type WorkflowInput = z.output<typeof workflowSchema>;

/** May be left out altogether. */
export const workflowRetrySchema = z.strictObject({ from: workflowJobNameSchema.optional() }).default({});
export type WorkflowRetry = z.output<typeof workflowRetrySchema>;
