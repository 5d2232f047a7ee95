/** From the options of `submit` to what a submission holds. */

import { modes } from '../contract/job.ts';
import type { Json } from '../contract/json.ts';
import { type SubmissionInput, uniqueScopes } from '../contract/submission.ts';
import type { Input, Option } from './command.ts';
import { parseDuration } from './durations.ts';
import { UsageError } from './failures.ts';
import { notifyOptions, readNotify } from './notify-options.ts';

const backoffs = ['exponential', 'linear', 'fixed'] as const;

/** Of a single submission and of a schedule alike. */
export const jobOptions = {
  queue: { type: 'value', value: 'NAME', help: 'the queue (default: default)' },
  priority: { type: 'value', value: 'N', help: '-100 to 100, higher runs first (default: 0)' },
  timeout: { type: 'value', value: 'DURATION', help: 'end each attempt after it (default: the task’s own, else 1m)' },
  'retry-max': { type: 'value', value: 'N', help: 'attempts in all, the first included (default: the task’s own, else 5)' },
  'retry-delay': { type: 'value', value: 'DURATION', help: 'wait so long after the first failure (default: 1s)' },
  'retry-backoff': { type: 'value', value: 'KIND', help: 'how the wait grows: exponential (default), linear, fixed' },
  'retry-delays': { type: 'value', value: 'LIST', help: 'wait so long after each failure, e.g. 1s,10s,5m, and no longer try then' },
  'retry-for': { type: 'value', value: 'DURATION', help: 'begin no attempt later than this after the first' },
  tag: { type: 'list', value: 'TAG', help: 'a word to find it by' },
  ...notifyOptions,
} as const satisfies Record<string, Option>;

export const submissionOptions = {
  mode: {
    type: 'value',
    value: 'MODE',
    help: 'sync: answer with the result; async: with an id; hybrid: with a promise, which is rolled back if the work fails; auto: the engine chooses (default)',
  },
  optimistic: { type: 'value', value: 'JSON', help: 'with --mode hybrid: what is promised (default: what the task predicts)' },
  'on-failure': { type: 'value', value: 'TASK[=JSON]', help: 'run this task, with this payload, if the job ends dead or cancelled' },
  queue: jobOptions.queue,
  priority: jobOptions.priority,
  delay: { type: 'value', value: 'DURATION', help: 'due only after e.g. 5s, 2m, 1h' },
  'run-at': { type: 'value', value: 'TIME', help: 'due at a time, ISO 8601' },
  timeout: jobOptions.timeout,
  'retry-max': jobOptions['retry-max'],
  'retry-delay': jobOptions['retry-delay'],
  'retry-backoff': jobOptions['retry-backoff'],
  'retry-delays': jobOptions['retry-delays'],
  'retry-for': jobOptions['retry-for'],
  deadline: { type: 'value', value: 'DURATION', help: 'dead if it has not ended so long after its submission' },
  'concurrency-key': { type: 'value', value: 'KEY', help: 'one job of the task with this key at a time (or as many as the task says)' },
  unique: { type: 'value', value: 'KEY', help: 'if an unfinished job has this key, answer with that one' },
  'unique-scope': { type: 'value', value: 'SCOPE', help: 'active (default): until it has ended; started: until it has started' },
  'unique-for': { type: 'value', value: 'DURATION', help: 'keep the key at least so long after its submission' },
  tag: jobOptions.tag,
  ...notifyOptions,
} as const satisfies Record<string, Option>;

type JobMembers = Pick<SubmissionInput, 'queue' | 'priority' | 'timeoutMs' | 'retry' | 'tags' | 'notify'>;

/** The members that were asked for, none besides. @throws UsageError */
export function readJobOptions(input: Input): JobMembers {
  const members: JobMembers = {};
  const queue = input.text('queue');
  const priority = input.number('priority', -100, 100);
  const timeoutMs = input.duration('timeout');
  const retry = readRetry(input);
  const tags = input.list('tag');
  if (queue !== undefined) members.queue = queue;
  if (priority !== undefined) members.priority = priority;
  if (timeoutMs !== undefined) members.timeoutMs = timeoutMs;
  if (Object.keys(retry).length > 0) members.retry = retry;
  if (tags.length > 0) members.tags = [...tags];
  const notify = readNotify(input);
  if (notify !== undefined) members.notify = notify;
  return members;
}

/** As `readJobOptions`; `task` and `payload` are added by the caller. @throws UsageError */
export function readSubmissionOptions(input: Input): Partial<SubmissionInput> {
  const members: Partial<SubmissionInput> = readJobOptions(input);
  const mode = input.choice('mode', modes);
  const optimistic = input.text('optimistic');
  const onFailure = input.text('on-failure');
  const delayMs = input.duration('delay');
  const runAt = input.text('run-at');
  const deadlineMs = input.duration('deadline');
  const concurrencyKey = input.text('concurrency-key');
  const unique = readUnique(input);
  if (delayMs !== undefined && runAt !== undefined) throw new UsageError('--delay and --run-at do not go together.');
  if (optimistic !== undefined && mode !== 'hybrid') throw new UsageError('--optimistic goes with --mode hybrid.');
  if (onFailure !== undefined && mode === 'sync')
    throw new UsageError('--on-failure does not go with --mode sync: the failure is told at once.');
  if (mode !== undefined) members.mode = mode;
  if (optimistic !== undefined) members.optimistic = parseJson(optimistic, '--optimistic');
  if (onFailure !== undefined) members.onFailure = readOnFailure(onFailure);
  if (delayMs !== undefined) members.delayMs = delayMs;
  if (runAt !== undefined) members.runAt = readTime(runAt);
  if (deadlineMs !== undefined) members.deadlineMs = deadlineMs;
  if (concurrencyKey !== undefined) members.concurrencyKey = concurrencyKey;
  if (unique !== null) members.unique = unique;
  return members;
}

function readOnFailure(written: string): NonNullable<SubmissionInput['onFailure']> {
  const equals = written.indexOf('=');
  if (equals === -1) return { task: written };
  return { task: written.slice(0, equals), payload: parsePayload(written.slice(equals + 1), 'what stands after = of --on-failure') };
}

function readRetry(input: Input): NonNullable<SubmissionInput['retry']> {
  const retry: NonNullable<SubmissionInput['retry']> = {};
  const maxAttempts = input.number('retry-max', 1, 1000);
  const baseMs = input.duration('retry-delay');
  const backoff = input.choice('retry-backoff', backoffs);
  if (maxAttempts !== undefined) retry.maxAttempts = maxAttempts;
  if (baseMs !== undefined) retry.baseMs = baseMs;
  if (backoff !== undefined) retry.backoff = backoff;
  const delays = input.text('retry-delays');
  const retryForMs = input.duration('retry-for');
  if (delays !== undefined && (baseMs !== undefined || backoff !== undefined))
    throw new UsageError('--retry-delays says every delay itself: it does not go with --retry-delay or --retry-backoff.');
  if (delays !== undefined) retry.delaysMs = delays.split(',').map((delay) => readDelay(delay.trim()));
  if (retryForMs !== undefined) retry.retryForMs = retryForMs;
  return retry;
}

function readDelay(written: string): number {
  const delay = parseDuration(written);
  if (delay === null)
    throw new UsageError(`--retry-delays must be durations with commas between them, such as 1s,10s,5m; "${written}" is none.`);
  return delay;
}

function readUnique(input: Input): NonNullable<SubmissionInput['unique']> | null {
  const key = input.text('unique');
  const scope = input.choice('unique-scope', uniqueScopes);
  const forMs = input.duration('unique-for');
  if (key === undefined) {
    if (scope !== undefined || forMs !== undefined) throw new UsageError('--unique-scope and --unique-for need --unique KEY.');
    return null;
  }
  return { key, ...(scope === undefined ? {} : { scope }), ...(forMs === undefined ? {} : { forMs }) };
}

function readTime(written: string): string {
  const time = Date.parse(written);
  if (Number.isNaN(time)) throw new UsageError(`--run-at must be a time such as 2026-01-31T09:30:00Z, not "${written}".`);
  return new Date(time).toISOString();
}

/** @param source how the text was given, for the error. @throws UsageError */
export function parsePayload(text: string, source: string): { [key: string]: Json } {
  const payload = parseJson(text, source);
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) throw new UsageError(`${source} must be a JSON object.`);
  return payload;
}

function parseJson(text: string, source: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    const quoting = source.startsWith('--') ? ` Quote it for the shell: ${source} '{"key":"value"}'.` : '';
    throw new UsageError(`${source} is not JSON: ${error instanceof Error ? error.message : String(error)}.${quoting}`);
  }
}
