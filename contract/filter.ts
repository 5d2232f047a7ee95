/** Filters, orders and pages of lists, as query parameters (every value a string, repeated ones an array). */

import { z } from 'zod';
import { modes } from './job.ts';
import { limits } from './limits.ts';
import { deliveryStates } from './notify.ts';
import { jobStates } from './states.ts';
import { nameSchema, timeSchema } from './submission.ts';
import { workflowStates } from './workflow.ts';

function oneOrMore<Item extends z.ZodType>(item: Item) {
  return z.preprocess((value) => (value === undefined || Array.isArray(value) ? value : [value]), z.array(item).max(100).optional());
}

/** A whole number as it stands in an address. */
function wholeNumber(min: number, max: number) {
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value),
    z.int().min(min).max(max),
  );
}

const filterShape = {
  state: oneOrMore(z.enum(jobStates)),
  queue: oneOrMore(nameSchema),
  task: oneOrMore(nameSchema),
  tag: oneOrMore(z.string().min(1).max(limits.tagLength)),
  mode: oneOrMore(z.enum(modes)),
  /** Text anywhere in payload, error, tags or id; case is ignored. */
  q: z.string().max(limits.searchLength).optional(),
  createdAfter: timeSchema.optional(),
  createdBefore: timeSchema.optional(),
  /** The workflow that it belongs to. */
  workflow: oneOrMore(z.uuid()),
};

export const jobFilterSchema = z.strictObject(filterShape);
export type JobFilter = z.output<typeof jobFilterSchema>;

/** `createdAt` is the order of submission. */
export const jobOrders = ['-createdAt', 'createdAt'] as const;
export type JobOrder = (typeof jobOrders)[number];

const cursorSchema = z.string().max(200).optional();

export const jobListSchema = z.strictObject({
  ...filterShape,
  order: z.enum(jobOrders).default('-createdAt'),
  limit: wholeNumber(1, limits.pageJobs).default(50),
  cursor: cursorSchema,
});
export type JobListQuery = z.output<typeof jobListSchema>;
/** A dead job's cause, as in `GET /v1/dead-letters/groups`. */
export const fingerprintSchema = z.string().regex(/^[0-9a-f]{16}$/, 'must be a fingerprint: 16 digits from 0 to f');

export const deadFilterSchema = z.strictObject(filterShape).omit({ state: true });

export const deadListSchema = jobListSchema.omit({ state: true }).extend({ fingerprint: fingerprintSchema.optional() });
export type DeadListQuery = z.output<typeof deadListSchema>;

export type JobListInput = Partial<Omit<JobListQuery, never>>;
export type DeadListInput = JobListInput & { fingerprint?: string };

export const pageSchema = z.strictObject({
  limit: wholeNumber(1, limits.pageJobs).default(100),
  cursor: cursorSchema,
});

/** Each comes with its attempts, so a page is shorter than others. */
export const deliveryListSchema = z.strictObject({
  /** The job whose end they tell. */
  job: z.string().min(1).max(64).optional(),
  state: z.enum(deliveryStates).optional(),
  limit: wholeNumber(1, 200).default(50),
  cursor: cursorSchema,
});
export type DeliveryListQuery = z.output<typeof deliveryListSchema>;

export const jobQuerySchema = z.strictObject({ waitMs: wholeNumber(0, limits.waitMs).optional() });

/** `follow` asks for the event stream as `Accept: text/event-stream` does; `after` is a cursor of an earlier page. */
export const logQuerySchema = z.strictObject({
  limit: wholeNumber(1, 5000).default(1000),
  cursor: cursorSchema,
  /** The last lines rather than the first. */
  tail: wholeNumber(1, 5000).optional(),
});

export const eventQuerySchema = z.strictObject({
  ...filterShape,
  /** Which kinds of event: `job`, `queue`, `workers`, `stats`, `tasks`, `schedule`, `workflow`, `circuit`, `notification`, `lab`. All by default. */
  kind: oneOrMore(z.enum(['job', 'queue', 'workers', 'stats', 'tasks', 'schedule', 'workflow', 'circuit', 'notification', 'lab'])),
});
export type EventQuery = z.output<typeof eventQuerySchema>;

/** A list of workflows, newest first. */
export const workflowListSchema = pageSchema.extend({ state: oneOrMore(z.enum(workflowStates)) });
export type WorkflowListQuery = z.output<typeof workflowListSchema>;

export const seriesQuerySchema = z.strictObject({
  from: timeSchema.optional(),
  to: timeSchema.optional(),
  stepMs: wholeNumber(1000, 86_400_000).optional(),
});
