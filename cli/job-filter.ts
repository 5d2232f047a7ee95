/** The options that choose jobs, and reading all pages of a choice. */

import type { DeadListInput, JobListInput } from '../contract/filter.ts';
import type { Job } from '../contract/job.ts';
import { modes } from '../contract/job.ts';
import type { JobPage } from '../contract/routes.ts';
import type { JobState } from '../contract/states.ts';
import { jobStates, stateWords } from '../contract/states.ts';
import type { Input, Option } from './command.ts';
import type { Connection } from './connection.ts';
import { parseDuration } from './durations.ts';
import { UsageError } from './failures.ts';
import { suggest } from './suggestion.ts';

export const pageJobs = 500;

export const narrowing = {
  task: { type: 'list', value: 'NAME', help: 'of this task' },
  queue: { type: 'list', value: 'NAME', help: 'in this queue' },
  tag: { type: 'list', value: 'TAG', help: 'with this tag' },
  workflow: { type: 'value', value: 'ID', help: 'of this workflow' },
  q: { type: 'value', value: 'TEXT', help: 'with this text in payload, error, tags or id' },
  'created-after': { type: 'value', value: 'TIME', help: 'submitted after a time (ISO 8601) or a duration ago, e.g. 2h' },
  'created-before': { type: 'value', value: 'TIME', help: 'submitted before it' },
} as const satisfies Record<string, Option>;

export const filterOptions = {
  state: { type: 'list', value: 'STATE', help: `in this state: ${jobStates.join(', ')}` },
  ...narrowing,
  mode: { type: 'list', value: 'MODE', help: `submitted in this mode: ${modes.join(', ')}` },
} as const satisfies Record<string, Option>;

export const pageOptions = {
  limit: { type: 'value', value: 'N', help: 'at most so many (default: 50)' },
  all: { type: 'flag', help: 'every one, page by page' },
  cursor: { type: 'value', value: 'CURSOR', help: 'go on where a page with this "next" ended' },
} as const satisfies Record<string, Option>;

/** What all lists of jobs can be narrowed by. Several values of one option mean "or"; commas separate too. */
export function readNarrowing(input: Input, now: number): JobListInput {
  const query: JobListInput = {};
  const task = split(input.list('task'));
  const queue = split(input.list('queue'));
  const tag = [...input.list('tag')];
  const workflow = input.text('workflow');
  const q = input.text('q');
  const createdAfter = timeOf(input, 'created-after', now);
  const createdBefore = timeOf(input, 'created-before', now);
  if (task.length > 0) query.task = task;
  if (queue.length > 0) query.queue = queue;
  if (tag.length > 0) query.tag = tag;
  if (workflow !== undefined) query.workflow = [workflow];
  if (q !== undefined) query.q = q;
  if (createdAfter !== undefined) query.createdAfter = createdAfter;
  if (createdBefore !== undefined) query.createdBefore = createdBefore;
  return query;
}

export function readFilter(input: Input, now: number): JobListInput {
  const query = readNarrowing(input, now);
  const state = split(input.list('state')).map(stateNamed);
  const mode = split(input.list('mode')).map((name) => known(name, modes, '--mode'));
  if (state.length > 0) query.state = state;
  if (mode.length > 0) query.mode = mode;
  return query;
}

/** A state by its name, or by the word that people read for it. */
function stateNamed(written: string): JobState {
  const name = written.toLowerCase();
  const byWord = jobStates.find((state) => stateWords[state].toLowerCase() === name);
  return byWord ?? known(name, jobStates, '--state');
}

function known<Choice extends string>(written: string, choices: readonly Choice[], option: string): Choice {
  const found = choices.find((choice) => choice === written);
  if (found !== undefined) return found;
  const meant = suggest(written, choices);
  throw new UsageError(
    `${option} must be one of ${choices.join(', ')}, not "${written}".${meant === null ? '' : ` Did you mean ${meant}?`}`,
  );
}

function split(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(',')).filter((value) => value !== '');
}

function timeOf(input: Input, name: 'created-after' | 'created-before', now: number): string | undefined {
  const written = input.text(name);
  if (written === undefined) return undefined;
  const ago = parseDuration(written);
  const time = ago !== null ? now - ago : Date.parse(written);
  if (Number.isNaN(time))
    throw new UsageError(`--${name} must be a time such as 2026-01-31T09:30:00Z or a duration such as 2h, not "${written}".`);
  return new Date(time).toISOString();
}

export type ListRoute = 'listJobs' | 'listDeadLetters';
export type JobPageHead = Omit<JobPage, 'jobs'>;

/** Page after page until `most` jobs were read; each page's head comes with its jobs. */
export async function* readJobs(
  connection: Connection,
  route: ListRoute,
  query: DeadListInput,
  most: number,
): AsyncGenerator<{ jobs: Job[]; head: JobPageHead }> {
  let left = most;
  let { cursor } = query;
  do {
    const { state, fingerprint, ...withoutState } = query;
    const page = { ...withoutState, limit: Math.min(pageJobs, left), ...(cursor === undefined ? {} : { cursor }) };
    const { jobs, ...head } =
      route === 'listJobs'
        ? await connection.client.call('listJobs', { query: state === undefined ? page : { ...page, state } })
        : await connection.client.call('listDeadLetters', { query: fingerprint === undefined ? page : { ...page, fingerprint } });
    yield { jobs, head };
    left -= jobs.length;
    cursor = head.next ?? undefined;
  } while (cursor !== undefined && left > 0);
}
