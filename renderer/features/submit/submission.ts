/** What a person chose beside the payload, and the submission that it makes. */

import type { Json, JsonObject } from '../../../contract/json.ts';
import type { Task } from '../../../contract/resources.ts';
import type { SubmissionInput, UniqueScope } from '../../../contract/submission.ts';
import type { RetryChoices } from './retry-choices.ts';
import { retryOf, retryWords, untouchedRetry } from './retry-choices.ts';

export const offeredModes = ['auto', 'sync', 'async', 'hybrid'] as const;
export type OfferedMode = (typeof offeredModes)[number];

/** An empty text or null: leave it to the task and the engine. Seconds, because people think in them. */
export type SubmitChoices = {
  mode: OfferedMode;
  /** What a hybrid job promises, as JSON text; empty: what the task predicts. */
  optimistic: string;
  queue: string;
  priority: number | null;
  start: 'now' | 'delay' | 'at';
  delaySeconds: number | null;
  /** Local time as a date-and-time input gives it: 2026-01-31T09:30. */
  runAt: string;
  timeoutSeconds: number | null;
  deadlineSeconds: number | null;
  maxAttempts: number | null;
  retry: RetryChoices;
  tags: string[];
  uniqueKey: string;
  uniqueScope: UniqueScope;
  uniqueForSeconds: number | null;
  concurrencyKey: string;
};

export const untouched: SubmitChoices = {
  mode: 'auto',
  optimistic: '',
  queue: '',
  priority: null,
  start: 'now',
  delaySeconds: null,
  runAt: '',
  timeoutSeconds: null,
  deadlineSeconds: null,
  maxAttempts: null,
  retry: untouchedRetry,
  tags: [],
  uniqueKey: '',
  uniqueScope: 'active',
  uniqueForSeconds: null,
  concurrencyKey: '',
};

export const modeTexts: Record<OfferedMode, { title: string; what: string }> = {
  auto: {
    title: 'Let Switchyard choose',
    what: 'It answers here when the task is known to be quick, and goes on in the background otherwise. It says which, and why.',
  },
  sync: {
    title: 'Wait for the answer',
    what: 'It starts at once, ahead of every queue, and the answer appears here. A failure is not retried.',
  },
  async: {
    title: 'Run in the background',
    what: 'It is stored safely and waits its turn in the queue. Failures are retried, and you can close this window.',
  },
  hybrid: {
    title: 'Promise now, do it behind',
    what: 'The promised answer appears here at once and the work follows. If that fails for good, the task’s rollback takes the promise back.',
  },
};

export function submissionOf(task: string, payload: JsonObject, choices: SubmitChoices): SubmissionInput {
  const submission: SubmissionInput = { task, payload, mode: choices.mode };
  if (choices.mode === 'hybrid' && choices.optimistic.trim() !== '') submission.optimistic = JSON.parse(choices.optimistic) as Json;
  if (choices.queue !== '') submission.queue = choices.queue;
  if (choices.priority !== null) submission.priority = choices.priority;
  if (choices.start === 'delay' && choices.delaySeconds !== null) submission.delayMs = Math.round(choices.delaySeconds * 1000);
  if (choices.start === 'at' && choices.runAt !== '') submission.runAt = new Date(choices.runAt).toISOString();
  if (choices.timeoutSeconds !== null) submission.timeoutMs = Math.round(choices.timeoutSeconds * 1000);
  if (choices.deadlineSeconds !== null) submission.deadlineMs = Math.round(choices.deadlineSeconds * 1000);
  const retry = retryOf(choices.maxAttempts, choices.retry);
  if (retry) submission.retry = retry;
  if (choices.tags.length > 0) submission.tags = choices.tags;
  if (choices.uniqueKey !== '') submission.unique = uniqueOf(choices);
  if (choices.concurrencyKey !== '') submission.concurrencyKey = choices.concurrencyKey;
  return submission;
}

function uniqueOf({ uniqueKey: key, uniqueScope: scope, uniqueForSeconds }: SubmitChoices): NonNullable<SubmissionInput['unique']> {
  return {
    key,
    ...(scope === 'active' ? {} : { scope }),
    ...(uniqueForSeconds === null ? {} : { forMs: Math.round(uniqueForSeconds * 1000) }),
  };
}

/** Only what differs from an untouched form: said beside the folded options, so that nothing hidden is sent unseen. */
export function chosenOptions(choices: SubmitChoices): string[] {
  const said: string[] = [];
  if (choices.queue !== '') said.push(`queue ${choices.queue}`);
  if (choices.priority !== null) said.push(`priority ${choices.priority}`);
  if (choices.start === 'delay' && choices.delaySeconds !== null) said.push(`in ${choices.delaySeconds} s`);
  if (choices.start === 'at' && choices.runAt !== '') said.push(`at ${choices.runAt.replace('T', ' ')}`);
  if (choices.timeoutSeconds !== null) said.push(`timeout ${choices.timeoutSeconds} s`);
  if (choices.maxAttempts !== null) said.push(choices.maxAttempts === 1 ? '1 attempt' : `${choices.maxAttempts} attempts`);
  if (choices.deadlineSeconds !== null) said.push(`deadline ${choices.deadlineSeconds} s`);
  said.push(...retryWords(choices.retry));
  if (choices.tags.length > 0) said.push(choices.tags.length === 1 ? '1 tag' : `${choices.tags.length} tags`);
  if (choices.uniqueKey !== '') said.push('unique');
  if (choices.concurrencyKey !== '') said.push('concurrency key');
  return said;
}

/** Fields of the body that the options show, by pointer; errors elsewhere go above the form. */
export const optionPointers = [
  '/queue',
  '/priority',
  '/delayMs',
  '/runAt',
  '/timeoutMs',
  '/deadlineMs',
  '/retry/maxAttempts',
  '/retry/backoff',
  '/retry/baseMs',
  '/retry/maxMs',
  '/retry/delaysMs',
  '/retry/retryForMs',
  '/tags',
  '/unique/key',
  '/unique/forMs',
  '/concurrencyKey',
] as const;
export type OptionPointer = (typeof optionPointers)[number];

/** The option that shows an error of this path: its own, or the one that it stands in (`/tags/3`). */
export function optionFor(path: string): OptionPointer | null {
  return optionPointers.find((pointer) => path === pointer || path.startsWith(`${pointer}/`) || pointer.startsWith(`${path}/`)) ?? null;
}

/** Tasks whose name, title or description holds every word of `search`, in the order given. */
export function tasksMatching(tasks: readonly Task[], search: string): Task[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return tasks.filter((task) => {
    const text = `${task.name} ${task.title} ${task.description}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

const labelLength = 34;

/** Examples under what tells them apart: their first text, or their number where that says nothing. */
export function labelledExamples(examples: readonly JsonObject[]): { payload: JsonObject; label: string }[] {
  const texts = examples.map(firstText);
  return examples.map((payload, index) => {
    const text = texts[index] ?? '';
    const unique = text !== '' && texts.filter((other) => other === text).length === 1;
    return { payload, label: unique ? text : `example ${index + 1}` };
  });
}

function firstText(payload: JsonObject): string {
  const text = Object.values(payload).find((value) => typeof value === 'string') ?? '';
  return text.length > labelLength ? `${text.slice(0, labelLength - 1).trimEnd()}…` : text;
}
