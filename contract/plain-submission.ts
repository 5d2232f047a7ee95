/**
 * Submissions of the usual fields, read without their schema: a tenth of what zod takes. What is read here comes out as
 * `submissionSchema` would have read it. Anything else, right or wrong, is left to the schema, which also finds the words
 * for what is wrong; so no rule of these can refuse what the schema takes, and a test reads the same values both ways.
 */

import { type Mode, modes } from './job.ts';
import type { JsonObject } from './json.ts';
import { limits } from './limits.ts';
import { namePattern, priorityBound, type Submission, submissionDelayMs, type UniqueScope, uniqueScopes } from './submission.ts';

/** null: the schema has to look at it. @param value as JSON.parse gives it */
export function readPlainSubmission(value: unknown): Submission | null {
  if (!isObject(value)) return null;
  for (const field in value) if (!plainFields.has(field)) return null;
  const { task, payload = {}, mode = 'auto', queue, priority = 0, delayMs = 0, runAt = null, timeoutMs, waitMs } = value;
  const { deadlineMs, concurrencyKey, tags = [] } = value;
  const unique = readUnique(value.unique);
  const fits =
    isName(task) &&
    isObject(payload) &&
    isMode(mode) &&
    (queue === undefined || isName(queue)) &&
    isWithin(priority, -priorityBound, priorityBound) &&
    isWithin(delayMs, 0, submissionDelayMs) &&
    runAt === null &&
    (timeoutMs === undefined || isWithin(timeoutMs, 1, limits.timeoutMs)) &&
    (waitMs === undefined || isWithin(waitMs, 0, limits.waitMs)) &&
    (deadlineMs === undefined || isWithin(deadlineMs, 1, submissionDelayMs)) &&
    (concurrencyKey === undefined || isText(concurrencyKey, limits.uniqueKeyLength)) &&
    areTags(tags) &&
    unique !== null;
  if (!fits) return null;
  // Always the same fields, so that all that is planned from them has one shape.
  return { task, payload, mode, queue, priority, delayMs, runAt, timeoutMs, waitMs, deadlineMs, concurrencyKey, unique, tags };
}

/** null: the schema has to look at it. */
export function readPlainBatch(value: unknown): { jobs: Submission[] } | null {
  if (!isObject(value)) return null;
  for (const field in value) if (field !== 'jobs') return null;
  const { jobs } = value;
  if (!Array.isArray(jobs) || jobs.length === 0 || jobs.length > limits.batchJobs) return null;
  const submissions: Submission[] = [];
  for (const job of jobs as unknown[]) {
    const submission = readPlainSubmission(job);
    if (submission === null) return null;
    submissions.push(submission);
  }
  return { jobs: submissions };
}

const plainFields: ReadonlySet<string> = new Set<keyof Submission>([
  'task',
  'payload',
  'mode',
  'queue',
  'priority',
  'delayMs',
  'runAt',
  'timeoutMs',
  'waitMs',
  'deadlineMs',
  'concurrencyKey',
  'unique',
  'tags',
]);

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string {
  return isText(value, limits.nameLength) && namePattern.test(value);
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= longest;
}

function isMode(value: unknown): value is Mode {
  return (modes as readonly unknown[]).includes(value);
}

/** Both bounds are safe integers, so what lies between them is one too. */
function isWithin(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function areTags(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= limits.tags && value.every((tag) => isText(tag, limits.tagLength));
}

/** null: the schema has to look at it. */
function readUnique(value: unknown): { key: string; scope: UniqueScope } | undefined | null {
  if (value === undefined) return undefined;
  if (!isObject(value)) return null;
  for (const field in value) if (field !== 'key' && field !== 'scope') return null;
  const { key, scope = 'active' } = value;
  if (!isText(key, limits.uniqueKeyLength) || !isScope(scope)) return null;
  return { key, scope };
}

function isScope(value: unknown): value is UniqueScope {
  return (uniqueScopes as readonly unknown[]).includes(value);
}
