import { invalid } from '../../contract/errors.ts';
import type { DeadGroup } from '../../contract/operations.ts';
import type { DeadGroups } from '../store/dead-groups.ts';
import { timeOf } from '../store/job-row.ts';

/** A page of groups, the largest first; its cursor is the last one's size and fingerprint. @throws Problem invalid-request */
export function listDeadGroups(
  groups: DeadGroups,
  { limit, cursor }: { limit: number; cursor: string | undefined },
): { groups: DeadGroup[]; next: string | null } {
  // One more than asked for tells whether there is a next page.
  const rows = groups.listGroups(placeOf(cursor), limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    groups: page.map(({ fingerprint, sample, task, n, first_at, last_at }) => ({
      ...{ fingerprint, sample, task, count: n, firstAt: timeOf(first_at), lastAt: timeOf(last_at) },
    })),
    next: last && rows.length > limit ? `${last.n}-${last.fingerprint}` : null,
  };
}

function placeOf(cursor: string | undefined): { n: number; fingerprint: string } | null {
  if (cursor === undefined) return null;
  const match = /^(\d{1,15})-([0-9a-f]{16})$/.exec(cursor);
  if (!match) throw invalid('cursor', 'must be a "next" of an earlier page');
  return { n: Number(match[1]), fingerprint: match[2] ?? '' };
}
