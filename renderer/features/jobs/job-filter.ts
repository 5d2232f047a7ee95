/** What the list of jobs is narrowed to: kept in the address, asked of the engine, and applied to live events here. Pure. */

import type { JobListInput } from '../../../contract/filter.ts';
import type { JobSummary, Mode } from '../../../contract/job.ts';
import { modes } from '../../../contract/job.ts';
import type { StateCounts } from '../../../contract/resources.ts';
import type { JobState } from '../../../contract/states.ts';
import { jobStates } from '../../../contract/states.ts';

export type JobFilter = {
  state: JobState[];
  queue: string[];
  task: string[];
  tag: string[];
  mode: Mode[];
  q: string;
  /** ISO times; empty for none. */
  createdAfter: string;
  createdBefore: string;
};

export const filterNames = ['state', 'queue', 'task', 'tag', 'mode', 'q', 'createdAfter', 'createdBefore'] as const;

function known<Value extends string>(values: string[], all: readonly Value[]): Value[] {
  return all.filter((value) => values.includes(value));
}

function timeIn(query: URLSearchParams, name: string): string {
  const at = Date.parse(query.get(name) ?? '');
  return Number.isNaN(at) ? '' : new Date(at).toISOString();
}

/** Reads a filter from the address; values that mean nothing are left out. */
export function filterOf(query: URLSearchParams): JobFilter {
  return {
    state: known(query.getAll('state'), jobStates),
    queue: query.getAll('queue'),
    task: query.getAll('task'),
    tag: query.getAll('tag'),
    mode: known(query.getAll('mode'), modes),
    q: (query.get('q') ?? '').trim(),
    createdAfter: timeIn(query, 'createdAfter'),
    createdBefore: timeIn(query, 'createdBefore'),
  };
}

export function isFiltered(filter: JobFilter): boolean {
  return filterNames.some((name) => filter[name].length > 0);
}

/** The filter as the engine is asked for it. */
export function queryOf(filter: JobFilter): JobListInput {
  const query: JobListInput = {};
  if (filter.state.length > 0) query.state = filter.state;
  if (filter.queue.length > 0) query.queue = filter.queue;
  if (filter.task.length > 0) query.task = filter.task;
  if (filter.tag.length > 0) query.tag = filter.tag;
  if (filter.mode.length > 0) query.mode = filter.mode;
  if (filter.q !== '') query.q = filter.q;
  if (filter.createdAfter !== '') query.createdAfter = filter.createdAfter;
  if (filter.createdBefore !== '') query.createdBefore = filter.createdBefore;
  return query;
}

function oneOf<Value>(wanted: readonly Value[], value: Value): boolean {
  return wanted.length === 0 || wanted.includes(value);
}

/** Whether a job that an event told of belongs in the list. Text is searched in the payload too, which events do not carry: `unknown`. */
export function matches(filter: JobFilter, job: JobSummary): 'yes' | 'no' | 'unknown' {
  const belongs =
    oneOf(filter.state, job.state) &&
    oneOf(filter.queue, job.queue) &&
    oneOf(filter.task, job.task) &&
    oneOf(filter.mode, job.mode) &&
    (filter.tag.length === 0 || job.tags.some((tag) => filter.tag.includes(tag))) &&
    (filter.createdAfter === '' || job.createdAt >= filter.createdAfter) &&
    (filter.createdBefore === '' || job.createdAt < filter.createdBefore);
  if (!belongs) return 'no';
  return filter.q === '' ? 'yes' : 'unknown';
}

/** The list's length where the counts by state say it; undefined where the filter asks for more than states. */
export function totalIn(counts: StateCounts, filter: JobFilter): number | undefined {
  if (isFiltered({ ...filter, state: [] })) return undefined;
  const states: readonly JobState[] = filter.state.length === 0 ? jobStates : filter.state;
  return states.reduce((sum, state) => sum + counts[state], 0);
}
