import type { Database } from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JobListQuery, jobListSchema } from '../../../contract/filter.ts';
import type { JobState } from '../../../contract/states.ts';
import { prepareCompensations } from '../../../engine/store/compensations.ts';
import { Counters } from '../../../engine/store/counters.ts';
import { prepareDeadGroups } from '../../../engine/store/dead-groups.ts';
import { prepareDeliveries } from '../../../engine/store/deliveries.ts';
import { parseJobId } from '../../../engine/store/job-id.ts';
import { readJobList } from '../../../engine/store/job-list.ts';
import { JobWrites } from '../../../engine/store/job-writes.ts';
import { prepareJobs } from '../../../engine/store/jobs.ts';
import { prepareScheduleLine } from '../../../engine/store/schedule-line.ts';
import { prepareWorkflowJobs } from '../../../engine/store/workflow-jobs.ts';
import { plainRow, start, temporaryDatabase } from './plain-job.ts';

type Kept = { seq: number; state: JobState; tag: 'rare' | 'common'; createdAt: number };

/** Some just as long as what one statement looks at. */
const gaps = fc.oneof(fc.integer({ min: 1, max: 400_000 }), fc.constantFrom(1, 49_999, 50_000, 50_001, 100_000));

/** Jobs with long gaps between them, as after much was deleted: their numbers span millions of rows. */
const sparse: fc.Arbitrary<Kept[]> = fc
  .array(fc.record({ gap: gaps, dead: fc.boolean(), rare: fc.boolean() }), { minLength: 1, maxLength: 12 })
  .map((jobs) => {
    let seq = 0;
    return jobs.map(({ gap, dead, rare }) => {
      seq += gap;
      return { seq, state: dead ? 'dead' : 'completed', tag: rare ? 'rare' : 'common', createdAt: start + seq };
    });
  });

const queries = fc.record({
  order: fc.constantFrom('-createdAt', 'createdAt'),
  limit: fc.constantFrom('1', '2', '5', '50'),
  filter: fc.constantFrom<object>(
    {},
    { state: 'dead' },
    { state: ['dead', 'completed'] },
    { tag: 'rare' },
    { tag: 'rare', state: 'dead' },
    { mode: 'sync' },
  ),
  after: fc.option(fc.nat(3_000_000)),
  before: fc.option(fc.nat(3_000_000)),
});

const time = (ms: number) => new Date(ms).toISOString();

function fill(writer: Database, jobs: Kept[]): void {
  const writes = new JobWrites(writer);
  const store = prepareJobs(writes.database, {
    ...{ writes, counters: new Counters(writer), scheduleLine: prepareScheduleLine(writer) },
    ...{ deadGroups: prepareDeadGroups(writer), deliveries: prepareDeliveries(writer) },
    workflowJobs: prepareWorkflowJobs(writer),
    compensations: prepareCompensations(writer),
  });
  writer.exec('BEGIN; DELETE FROM jobs');
  for (const { seq, state, tag, createdAt } of jobs)
    store.insertJob(plainRow({ seq, state, created_at: createdAt, finished_at: createdAt, tags: JSON.stringify([tag]) }));
  writes.write();
  writer.exec('COMMIT');
  writes.committed();
}

const matches = ({ state, tag, createdAt }: Kept, query: JobListQuery) =>
  (!query.state || query.state.includes(state)) &&
  (!query.tag || query.tag.includes(tag)) &&
  (!query.mode || query.mode.includes('async')) &&
  (!query.createdAfter || createdAt >= Date.parse(query.createdAfter)) &&
  (!query.createdBefore || createdAt < Date.parse(query.createdBefore));

describe('a list over a very long stretch of rows', () => {
  test('gives every match once and in order, page by page, though a page may be empty', () => {
    const { writer, reader } = temporaryDatabase();
    fc.assert(
      fc.property(sparse, queries, (jobs, { order, limit, filter, after, before }) => {
        fill(writer, jobs);
        const asked = {
          ...{ ...filter, order, limit },
          ...(after === null ? {} : { createdAfter: time(start + after) }),
          ...(before === null ? {} : { createdBefore: time(start + before) }),
        };
        const expected = jobs.filter((job) => matches(job, jobListSchema.parse(asked))).map(({ seq }) => seq);
        if (order === '-createdAt') expected.reverse();
        const found: number[] = [];
        let cursor: string | null = null;
        let pages = 0;
        do {
          const query: JobListQuery = jobListSchema.parse(cursor === null ? asked : { ...asked, cursor });
          const page: ReturnType<typeof readJobList> = readJobList(reader, query, true);
          expect(page.jobs.length).toBeLessThanOrEqual(Number(limit));
          // A count that was cut short says so, and never counts too many.
          if (page.exact) expect(page.total).toBe(expected.length);
          else expect(page.total).toBeLessThanOrEqual(expected.length);
          found.push(...page.jobs.map(({ id }) => parseJobId(id)?.seq ?? 0));
          cursor = page.next;
          if (++pages > 100) throw new Error('its pages never end');
        } while (cursor !== null);
        expect(found).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test('looks at a bounded number of rows at a time where no index helps, and says that more may come', () => {
    const far = 3_000_000;
    const { writer, reader } = temporaryDatabase();
    fill(writer, [
      { seq: 1, state: 'dead', tag: 'rare', createdAt: start },
      { seq: far, state: 'dead', tag: 'common', createdAt: start + far },
    ]);
    const page = readJobList(reader, jobListSchema.parse({ tag: 'rare' }), true);
    expect(page).toMatchObject({ jobs: [], exact: false, total: 0 });
    expect(Number(page.next)).toBeLessThan(far);
    expect(readJobList(reader, jobListSchema.parse({ state: 'dead' }), true)).toMatchObject({ exact: true, total: 2, next: null });
  });
});

test('a list of an empty database is empty', () => {
  const { reader } = temporaryDatabase();
  expect(readJobList(reader, jobListSchema.parse({ q: 'x' }), true)).toEqual({ jobs: [], next: null, total: 0, exact: true });
});
