/** Reading the list of jobs from the engine: from its top, on from an edge, or straight to a place far away. */

import { limits } from '../../../contract/limits.ts';
import type { JobPage, QueryInput } from '../../../contract/routes.ts';
import { client } from '../../data/client.ts';
import type { JobFilter } from './job-filter.ts';
import { queryOf } from './job-filter.ts';
import type { Count, Row } from './job-window.ts';
import { rowOf } from './job-window.ts';

type Bounds = { createdBefore?: string; createdAfter?: string };

/** Where reading goes on at one end of what is held. `past`: rows up to this one are held already. */
export type Edge = { order: '-createdAt' | 'createdAt'; bounds: Bounds; past: string | undefined; cursor: string | null };

export const pageRows = limits.pageJobs;

/** Below the oldest there is. */
export const oldestEdge: Edge = { order: 'createdAt', bounds: {}, past: undefined, cursor: null };

/** An estimate this near to the wanted row is good enough: reading on from there covers the rest. */
const nearRows = 200;
const probesMost = 20;

function shifted(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}

/** The filter's own bounds hold as well: of two, the narrower one. */
function narrowed(filter: JobFilter, { createdBefore, createdAfter }: Bounds): Bounds {
  const bounds: Bounds = {};
  const before = [filter.createdBefore, createdBefore ?? ''].filter((at) => at !== '').sort()[0];
  const after = [filter.createdAfter, createdAfter ?? '']
    .filter((at) => at !== '')
    .sort()
    .at(-1);
  if (before !== undefined) bounds.createdBefore = before;
  if (after !== undefined) bounds.createdAfter = after;
  return bounds;
}

export function readPage(filter: JobFilter, query: QueryInput<'listJobs'>, signal?: AbortSignal): Promise<JobPage> {
  const call = { query: { ...queryOf(filter), ...query, ...narrowed(filter, query as Bounds) } };
  return client.call('listJobs', signal ? { ...call, signal } : call);
}

/** The edge below what `page` brought. */
export function edgeAfter(page: JobPage, bounds: Bounds = {}): Edge {
  return { order: '-createdAt', bounds, past: undefined, cursor: page.next };
}

/** An edge without a cursor. Times are not unique, so it starts in the row's own millisecond and reads over what is held. */
export function olderThan(row: Row): Edge {
  return { order: '-createdAt', bounds: { createdBefore: shifted(row.createdAt, 1) }, past: row.id, cursor: null };
}

export function newerThan(row: Row): Edge {
  return { order: 'createdAt', bounds: { createdAfter: shifted(row.createdAt, -1) }, past: row.id, cursor: null };
}

/** The next rows beyond the edge, newest first: at least one, unless the list ends there. `count` is of what the edge's bounds hold. */
export async function readBeyond(
  filter: JobFilter,
  edge: Edge,
  signal: AbortSignal,
): Promise<{ rows: Row[]; end: boolean; edge: Edge; count: Count }> {
  const { order, bounds, past } = edge;
  let { cursor } = edge;
  for (;;) {
    const page = await readPage(filter, { ...bounds, order, limit: pageRows, ...(cursor === null ? {} : { cursor }) }, signal);
    cursor = page.next;
    const rows = page.jobs.map(rowOf);
    if (order === 'createdAt') rows.reverse();
    const beyond = past === undefined ? rows : rows.filter(({ id }) => (order === 'createdAt' ? id > past : id < past));
    if (beyond.length > 0 || cursor === null) return { rows: beyond, end: cursor === null, edge: { ...edge, cursor }, count: page };
  }
}

/**
 * A page near the row at `target`. There is no way to ask for a place, but a count of what is older or newer than some time says
 * how many those are: so the time is found by interpolation, as one opens a dictionary.
 */
export async function readNear(
  filter: JobFilter,
  target: number,
  signal: AbortSignal,
): Promise<{ page: JobPage; above: number; oldest: JobPage; bounds: Bounds }> {
  const [newest, oldest] = await Promise.all([
    readPage(filter, { limit: 1 }, signal),
    readPage(filter, { order: 'createdAt', limit: 1 }, signal),
  ]);
  const all = oldest.estimate;
  const countOf = async (bounds: Bounds) => (await readPage(filter, { ...bounds, limit: 1 }, signal)).estimate;
  // From the nearer end: counting stops after some time, and what it did not reach is only estimated.
  const placeOf = async (at: string) =>
    target < all / 2 ? await countOf({ createdAfter: at }) : all - (await countOf({ createdBefore: at }));
  const timeOf = (end: JobPage) => Date.parse(end.jobs[0]?.createdAt ?? '') || 0;
  let low = { place: 0, at: timeOf(newest) + 1 };
  let high = { place: all, at: timeOf(oldest) };
  let above = 0;
  let bounds: Bounds = {};
  for (let probe = 0; probe < probesMost && low.at > high.at; probe += 1) {
    // Every second probe halves: times that lie very unevenly (one great batch) would make interpolation creep.
    const share = probe % 2 === 1 ? 0.5 : (target - low.place) / Math.max(1, high.place - low.place);
    const at = Math.round(low.at + (high.at - low.at) * Math.min(0.98, Math.max(0.02, share)));
    const createdBefore = new Date(at).toISOString();
    bounds = { createdBefore };
    above = Math.max(0, await placeOf(createdBefore));
    if (Math.abs(above - target) <= nearRows || at === low.at || at === high.at) break;
    if (above < target) low = { place: above, at };
    else high = { place: above, at };
  }
  const page = await readPage(filter, { ...bounds, limit: pageRows }, signal);
  return { page, above, oldest, bounds };
}
