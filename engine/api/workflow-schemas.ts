/** What answers about workflows look like; reply-schemas.ts gives them their names. */

import { z } from 'zod';
import { jobStates } from '../../contract/states.ts';
import { failurePolicies, type Workflow, type WorkflowJob, type WorkflowSummary, workflowStates } from '../../contract/workflow.ts';

const time = z.iso.datetime();
const count = z.int().min(0);

export const workflowSummarySchema = z.object({
  id: z.string(),
  name: z.string().nullable(),
  state: z.enum(workflowStates),
  counts: z.record(z.enum(jobStates), count),
  createdAt: time,
  finishedAt: time.nullable(),
}) satisfies z.ZodType<WorkflowSummary>;

const workflowJobSchema = z.object({
  name: z.string(),
  id: z.string(),
  state: z.enum(jobStates),
  dependsOn: z.array(z.string()),
  onFailure: z.record(z.string(), z.enum(failurePolicies)),
  waitsFor: count,
  task: z.string(),
  attempt: count,
  maxAttempts: count,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  error: z.object({ name: z.string(), message: z.string() }).nullable(),
}) satisfies z.ZodType<WorkflowJob>;

export const workflowReplySchema = workflowSummarySchema.extend({
  onFailure: z.enum(failurePolicies),
  onComplete: z.string().nullable(),
  jobs: z.array(workflowJobSchema),
}) satisfies z.ZodType<Workflow>;
