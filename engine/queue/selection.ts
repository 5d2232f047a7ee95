/** Whom an operation on many is about: its jobs are chosen once, when it is asked for. */

import { invalid, Problem } from '../../contract/errors.ts';
import type { JobFilter } from '../../contract/filter.ts';
import { limits } from '../../contract/limits.ts';
import type { DeadSelection } from '../../contract/operations.ts';
import type { JobSelection } from '../store/job-conditions.ts';
import type { Reader } from '../store/reader.ts';
import type { Store } from '../store/store.ts';

export type SelectionParts = { store: Store; reader: Reader };

/** Pairs of `seq` and `nonce`. @throws Problem not-found (of a fingerprint), invalid-request, rate-limited */
export async function selectDead(parts: SelectionParts, { ids, fingerprint, filter }: DeadSelection): Promise<Float64Array> {
  if (ids) return membersOf(parts.store, ids);
  if (fingerprint !== undefined) {
    if (!parts.store.deadGroups.findGroup(fingerprint))
      throw new Problem('not-found', `There is no group ${fingerprint}. GET /v1/dead-letters/groups lists them.`);
    return select(parts.reader, { fingerprint });
  }
  return select(parts.reader, { ...filter, state: ['dead'] });
}

/** As `selectDead`, for jobs in any state. */
export async function selectJobs(parts: SelectionParts, ids: string[] | undefined, filter: JobFilter | undefined): Promise<Float64Array> {
  return ids ? membersOf(parts.store, ids) : select(parts.reader, filter ?? {});
}

async function select(reader: Reader, selection: JobSelection): Promise<Float64Array> {
  const members = await reader.selectJobs(selection);
  if (!members) throw invalid('/filter', `matches more than ${limits.operationJobs} jobs, the most that one operation takes; narrow it`);
  return members;
}

/** One that names no job, or the same as one before, stays in: it is counted and told of. */
function membersOf(store: Store, ids: string[]): Float64Array {
  return Float64Array.from(
    ids.flatMap((id) => {
      const member = store.jobs.findMember(id);
      return member ? [member.seq, member.nonce] : [0, 0];
    }),
  );
}
