/** Whom a redrive or a discard is about: chosen jobs, all of one cause, or everything that a filter matches. Pure. */

import type { DeadListInput } from '../../../contract/filter.ts';
import type { DeadSelection } from '../../../contract/operations.ts';
import { formatCount } from '../../ui/format.ts';
import type { DeadFilter } from './dead-list.ts';

export type DeadTarget = { selection: DeadSelection; count: number };

/** As many ids as one call takes. */
export const mostAtOnce = 10_000;

export function targetOfIds(ids: readonly string[]): DeadTarget {
  return { selection: { ids: [...ids] }, count: ids.length };
}

/** Everything that the list holds, what was not read of it included. */
export function targetOfList({ q, task, fingerprint }: DeadFilter, count: number): DeadTarget {
  if (fingerprint !== null) return { selection: { fingerprint }, count };
  return { selection: { filter: { ...(q === '' ? {} : { q }), ...(task === null ? {} : { task: [task] }) } }, count };
}

/** Asks for one job of it, whose payload shows what a patch does. */
export function sampleQuery({ ids: _, fingerprint, filter }: DeadSelection): DeadListInput {
  return {
    limit: 1,
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(filter?.q ? { q: filter.q } : {}),
    ...(filter?.task ? { task: filter.task } : {}),
  };
}

export function jobsText(count: number): string {
  return count === 1 ? '1 job' : `${formatCount(count)} jobs`;
}
