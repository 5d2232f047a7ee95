import type { Database } from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JobListQuery, jobListSchema } from '../../../contract/filter.ts';
import type { Job } from '../../../contract/job.ts';
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

const jobsOf = ({ texts }: { texts: string[] }) => texts.map((text) => JSON.parse(text) as Job);
const time = (ms: number) => new Date(ms).toISOString();

function fill(writer: Database, jobs: Kept[]): void {
  const writes = new JobWrites(writer);
  const counters = new Counters(writer);
  const store = prepareJobs(writes.database, {
    ...{ writes, counters, scheduleLine: prepareScheduleLine(writer) },
    ...{ deadGroups: prepareDeadGroups(writer), deliveries: prepareDeliveries(writer) },
    workflowJobs: prepareWorkflowJobs(writer),
    compensations: prepareCompensations(writer),
  });
  writer.exec('BEGIN; DELETE FROM jobs; DELETE FROM job_tags; DELETE FROM counters');
  for (const { seq, state, tag, createdAt } of jobs)
    store.insertJob(plainRow({ seq, state, created_at: createdAt, finished_at: createdAt, tags: JSON.stringify([tag]) }));
  writes.write();
  counters.flush();
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
          const page: ReturnType<typeof readJobList> = readJobList(reader, query, true, ticking(1));
          expect(page.texts.length).toBeLessThanOrEqual(Number(limit));
          // A count that was cut short says so, and never counts too many.
          if (page.exact) expect(page.total).toBe(expected.length);
          else expect(page.total).toBeLessThanOrEqual(expected.length);
          found.push(...jobsOf(page).map(({ id }) => parseJobId(id)?.seq ?? 0));
          cursor = page.next;
          if (++pages > 100) throw new Error('its pages never end');
        } while (cursor !== null);
        expect(found).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});

/** A clock that goes on by so many milliseconds each time it is read. */
function ticking(ms: number): () => number {
  let now = 0;
  return () => {
    now += ms;
    return now;
  };
}

describe('a list of what no index finds', () => {
  const many = 5_000;
  const fillMany = (writer: Database) =>
    fill(
      writer,
      Array.from({ length: many }, (_, index) => ({
        ...{ seq: index + 1, state: index === 0 ? 'dead' : 'completed', tag: index === 0 ? 'rare' : 'common', createdAt: start + index },
      })),
    );

  test('gives up when its time is over, says that more may come, and goes on from there to the end', () => {
    const { writer, reader } = temporaryDatabase();
    fillMany(writer);
    const query = { q: 'rare' };
    let page = readJobList(reader, jobListSchema.parse(query), true, ticking(40));
    expect(page).toMatchObject({ texts: [], exact: false, total: 0 });
    let pages = 1;
    while (page.next !== null && pages < 1_000) {
      page = readJobList(reader, jobListSchema.parse({ ...query, cursor: page.next }), true, ticking(40));
      pages += 1;
    }
    expect(pages).toBeGreaterThan(2);
    expect(jobsOf(page).map(({ tags }) => tags)).toEqual([['rare']]);
  });

  test('with all the time it needs finds everything, and counts it exactly', () => {
    const { writer, reader } = temporaryDatabase();
    fillMany(writer);
    const page = readJobList(reader, jobListSchema.parse({ q: 'common', limit: '5' }), true, ticking(0));
    expect(page).toMatchObject({ total: many - 1, exact: true });
    expect(readJobList(reader, jobListSchema.parse({ q: 'rare' }), true, ticking(0))).toMatchObject({ total: 1, exact: true, next: null });
  });

  test('counts no more than there are when its time is over in the middle of it', () => {
    const { writer, reader } = temporaryDatabase();
    fillMany(writer);
    const page = readJobList(reader, jobListSchema.parse({ q: 'common', limit: '5' }), true, ticking(2));
    expect(page.texts.length).toBe(5);
    expect(page.exact).toBe(false);
    expect(page.total).toBeGreaterThanOrEqual(5);
    expect(page.total).toBeLessThan(many);
  });

  test('estimates how many there are beyond where it stopped, however unevenly they lie', () => {
    const { writer, reader } = temporaryDatabase();
    const kept = Array.from({ length: 40_000 }, (_, index) => ({
      // The older half is full, the newer one has one row in twenty and its matches in the oldest part only.
      seq: index < 20_000 ? index + 1 : 20_000 + (index - 19_999) * 20,
      ...{ state: 'completed' as const, tag: index < 25_000 ? ('rare' as const) : ('common' as const), createdAt: start + index },
    }));
    fill(writer, kept);
    for (const [filter, matching] of [
      [{ q: 'rare' }, 25_000],
      [{ createdAfter: time(start + 1) }, 39_999],
    ] as const) {
      const { total, exact, estimate } = readJobList(reader, jobListSchema.parse({ ...filter, limit: '5' }), true, ticking(20));
      expect(exact).toBe(false);
      expect(total).toBeLessThan(matching / 4);
      expect(Math.abs((estimate ?? 0) / matching - 1)).toBeLessThan(0.1);
    }
  });

  test('looks no further once it has as many as the counters know of', () => {
    const { writer, reader } = temporaryDatabase();
    fillMany(writer);
    for (const filter of [{ mode: 'sync' }, { mode: 'sync', state: 'completed' }])
      expect(readJobList(reader, jobListSchema.parse({ ...filter, order: 'createdAt' }), false, ticking(40)).next).toBeNull();
  });
});

test('a list of an empty database is empty', () => {
  const { reader } = temporaryDatabase();
  expect(readJobList(reader, jobListSchema.parse({ q: 'x' }), true, ticking(0))).toEqual({
    texts: [],
    running: [],
    next: null,
    total: 0,
    exact: true,
    estimate: null,
  });
});
