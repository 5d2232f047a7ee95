/** The list of dead jobs: pages as they are read, and what the event stream says since. Pure. */

import type { JobEvent } from '../../../contract/events.ts';
import type { Job, JobSummary } from '../../../contract/job.ts';

export type DeadFilter = { q: string; task: string | null /** Of one cause. */; fingerprint: string | null };

export type DeadList = {
  /** Newest submission first, as the engine lists them. */
  jobs: readonly JobSummary[];
  /** Where the next page begins; null when all are here. */
  next: string | null;
  total: number;
};

/** What a row needs: payloads and results may be a megabyte each, and thousands of rows are kept. */
export function rowOf({ payload: _, result: __, optimistic: ___, decision: ____, ...summary }: Job): JobSummary {
  return summary;
}

export function withPage(list: DeadList, page: { jobs: readonly JobSummary[]; next: string | null; total: number }): DeadList {
  const known = new Set(list.jobs.map(({ id }) => id));
  return { jobs: [...list.jobs, ...page.jobs.filter(({ id }) => !known.has(id))], next: page.next, total: page.total };
}

/**
 * The list after some events. A job that dies takes its place by submission; one that lies beyond the pages read so far
 * is only counted. Whatever else happens to a dead job, it is dead no more.
 * @param filter its `q` and `fingerprint` can't be judged here (summaries have neither payload nor cause): with one, jobs that die are not
 *   added; read again instead
 */
export function withEvents(list: DeadList, events: readonly JobEvent[], filter: DeadFilter): DeadList {
  let { jobs, total } = list;
  for (const { type, job } of events) {
    const at = jobs.findIndex(({ id }) => id === job.id);
    const dead = type !== 'job.deleted' && job.state === 'dead';
    if (dead && at !== -1) {
      jobs = jobs.with(at, job);
    } else if (dead && matches(job, filter)) {
      total += 1;
      const place = jobs.findIndex((other) => isNewer(job, other));
      if (place !== -1) jobs = jobs.toSpliced(place, 0, job);
      else if (list.next === null) jobs = [...jobs, job];
    } else if (!dead && at !== -1) {
      total -= 1;
      jobs = jobs.toSpliced(at, 1);
    }
  }
  return jobs === list.jobs && total === list.total ? list : { ...list, jobs, total: Math.max(jobs.length, total) };
}

/** Whether an event may mean that the list misses something which only the engine can tell. */
export function mustRead(events: readonly JobEvent[], filter: DeadFilter): boolean {
  return !isJudged(filter) && events.some(({ job }) => job.state === 'dead' && (filter.task === null || filter.task === job.task));
}

function matches(job: JobSummary, filter: DeadFilter): boolean {
  return isJudged(filter) && (filter.task === null || job.task === filter.task);
}

function isJudged({ q, fingerprint }: DeadFilter): boolean {
  return q === '' && fingerprint === null;
}

/** Ids grow with time and settle what the same millisecond leaves open. */
function isNewer(job: JobSummary, other: JobSummary): boolean {
  return job.createdAt === other.createdAt ? job.id > other.id : job.createdAt > other.createdAt;
}
