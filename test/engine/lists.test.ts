import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type JobListQuery, jobListSchema } from '../../contract/filter.ts';
import type { Job } from '../../contract/job.ts';
import type { SubmissionInput } from '../../contract/submission.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { seededRandom } from '../support/seeded-random.ts';

const count = 2_400;
const random = seededRandom(7);
const pick = <Item>(...items: Item[]): Item => items[Math.floor(random() * items.length)] as Item;

let rig: QueueRig;
/** Every job as `getJob` shows it, in order of submission. */
let all: Job[];

/** A few thousand jobs in every state, of several tasks, queues, modes and times. */
beforeAll(async () => {
  rig = await openQueueRig({ sizes: { io: 1, cpu: 3 } });
  for (const name of ['mail', 'photos']) await rig.backend.makeQueue(name, {});
  const ids: string[] = [];
  while (ids.length < count) {
    const jobs = Array.from(
      { length: 100 },
      (): SubmissionInput => ({
        task: pick('shell.run', 'http.request', 'file.hash'),
        mode: pick('async', 'auto'),
        queue: pick('default', 'mail', 'photos'),
        tags: pick([], ['red'], ['red', 'blue'], ['100%'], ['re']),
        payload: pick<SubmissionInput['payload']>(
          { path: 'C:\\temp\\a_b.png' },
          { text: '50% off' },
          { note: 'say "hi"' },
          { text: 'Grüße' },
          {},
        ),
        // Long enough that nothing moves while the tests look.
        retry: { baseMs: 3_600_000 },
        ...(random() < 0.1 ? { delayMs: 3_600_000 } : {}),
      }),
    );
    ids.push(...(await rig.addMany(jobs)));
    await rig.turn();
    const runs = [...rig.lanes.running.values()].filter(() => random() < 0.8);
    rig.lanes.end(
      runs.map((run) => ({
        run,
        result: pick(
          { kind: 'succeeded', result: '"fine"' } as const,
          { kind: 'failed', error: { name: 'Error', message: 'connection lost' } } as const,
          { kind: 'failed-for-good', error: { name: 'Error', message: 'file_not_found' } } as const,
        ),
      })),
    );
    await rig.turn();
    for (const id of ids.slice(-100)) {
      const { state } = await rig.backend.getJob(id);
      if ((state === 'scheduled' || state === 'available') && random() < 0.05) await rig.backend.cancelJob(id);
    }
  }
  await rig.backend.patchQueue('photos', { paused: true });
  await rig.turn();
  all = await Promise.all(ids.map((id) => rig.backend.getJob(id)));
});
afterAll(() => rig.dispose());

const parse = (query: object): JobListQuery => jobListSchema.parse(query);

async function everyPage(query: object): Promise<{ jobs: Job[]; totals: Set<number>; pages: number }> {
  const jobs: Job[] = [];
  const totals = new Set<number>();
  let cursor: string | undefined;
  let pages = 0;
  do {
    const page = await rig.backend.listJobs(parse({ ...query, ...(cursor === undefined ? {} : { cursor }) }));
    expect(page.exact).toBe(true);
    jobs.push(...page.jobs);
    totals.add(page.total);
    cursor = page.next ?? undefined;
    pages++;
  } while (cursor !== undefined);
  return { jobs, totals, pages };
}

/** What the filter means, said plainly. */
function matches(job: Job, query: JobListQuery): boolean {
  const text = query.q?.toLowerCase();
  const inTexts = (value: unknown): boolean =>
    typeof value === 'string'
      ? value.toLowerCase().includes(text ?? '')
      : typeof value === 'object' && value !== null && Object.entries(value).some(([key, item]) => inTexts(key) || inTexts(item));
  return (
    (!query.state || query.state.includes(job.state)) &&
    (!query.queue || query.queue.includes(job.queue)) &&
    (!query.task || query.task.includes(job.task)) &&
    (!query.mode || query.mode.includes(job.mode)) &&
    (!query.tag || query.tag.some((tag) => job.tags.includes(tag))) &&
    (!query.createdAfter || job.createdAt >= new Date(query.createdAfter).toISOString()) &&
    (!query.createdBefore || job.createdAt < new Date(query.createdBefore).toISOString()) &&
    (!text || job.id.includes(text) || [job.payload, job.error, job.tags, job.task].some(inTexts))
  );
}

const middle = () => all[Math.floor(count / 2)]?.createdAt ?? '';
const filters: [string, () => object][] = [
  ['no filter', () => ({})],
  ...(['scheduled', 'available', 'executing', 'retryable', 'completed', 'dead', 'cancelled', 'blocked'] as const).map(
    (state): [string, () => object] => [`the state ${state}`, () => ({ state })],
  ),
  ['two states', () => ({ state: ['dead', 'completed'] })],
  ['running and waiting ones', () => ({ state: ['executing', 'available'] })],
  ['a queue', () => ({ queue: 'mail' })],
  ['two queues', () => ({ queue: ['mail', 'photos'] })],
  ['a task', () => ({ task: 'file.hash' })],
  ['a mode', () => ({ mode: 'auto' })],
  ['a tag', () => ({ tag: 'red' })],
  ['a tag that is the start of another', () => ({ tag: 're' })],
  ['two tags', () => ({ tag: ['blue', '100%'] })],
  ['a state, a queue and a task', () => ({ state: 'dead', queue: 'mail', task: 'shell.run' })],
  ['a state and a mode', () => ({ state: 'completed', mode: 'async' })],
  ['everything at once', () => ({ state: ['dead', 'retryable'], queue: 'mail', task: 'shell.run', mode: 'async', tag: 'red', q: 'Error' })],
  ['what came after a time', () => ({ createdAfter: middle() })],
  ['what came before a time', () => ({ createdBefore: middle() })],
  ['a time range', () => ({ createdAfter: all[200]?.createdAt, createdBefore: all[900]?.createdAt, state: 'completed' })],
  ['a time zone that is not ours', () => ({ createdAfter: middle().replace('Z', '+00:00') })],
  ['a time before all', () => ({ createdBefore: '2001-01-01T00:00:00Z' })],
  ['a time after all', () => ({ createdAfter: '2999-01-01T00:00:00Z' })],
  ['text in an error', () => ({ q: 'connection LOST' })],
  ['text with an underscore, which stands for itself', () => ({ q: 'file_not' })],
  ['text with an underscore that nothing has', () => ({ q: 'connection_lost' })],
  ['text with a percent sign', () => ({ q: '0%' })],
  ['text with a backslash', () => ({ q: 'C:\\temp\\a_b' })],
  ['text with a quote', () => ({ q: 'say "hi' })],
  ['text beyond ASCII', () => ({ q: 'Grüße' })],
  ['text in a tag', () => ({ q: 'blue' })],
  ['a task’s name as text', () => ({ q: 'file.hash' })],
  ['the start of an id', () => ({ q: all[5]?.id.slice(0, 13) })],
  ['the end of an id', () => ({ q: all[5]?.id.slice(-8).toUpperCase() })],
  ['a whole id', () => ({ q: all[77]?.id })],
  ['text that nothing has', () => ({ q: 'zebra' })],
  ['a character 0, which ends texts for others', () => ({ q: '\0' })],
  ['text up to a character 0', () => ({ q: 'Error\0' })],
];

describe.each(filters)('a list by %s', (_, filter) => {
  test.each(['-createdAt', 'createdAt'] as const)('in the order %s holds exactly what matches, and says how many', async (order) => {
    const query = parse({ ...filter(), order });
    const expected = all.filter((job) => matches(job, query));
    if (order === '-createdAt') expected.reverse();
    const { jobs, totals } = await everyPage({ ...filter(), order, limit: '170' });
    expect(jobs.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    expect([...totals]).toEqual([expected.length]);
  });
});

describe('a list', () => {
  test('shows its jobs as they are shown one by one', async () => {
    const { jobs } = await rig.backend.listJobs(parse({ limit: '500', order: 'createdAt' }));
    expect(jobs).toEqual(all.slice(0, 500));
  });

  test('finds every state among its jobs, or these tests would show little', () => {
    for (const state of ['scheduled', 'available', 'executing', 'retryable', 'completed', 'dead', 'cancelled']) {
      expect(all.filter((job) => job.state === state).length, state).toBeGreaterThan(0);
    }
  });

  test.each(['-createdAt', 'createdAt'])('in the order %s is paged without a gap or a double while jobs are added', async (order) => {
    const before = new Set((await everyPage({ limit: '500' })).jobs.map(({ id }) => id));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await rig.backend.listJobs(parse({ order, limit: '300', ...(cursor === undefined ? {} : { cursor }) }));
      seen.push(...page.jobs.map(({ id }) => id));
      cursor = page.next ?? undefined;
      await rig.addMany([{ queue: 'photos' }, { queue: 'photos' }]);
    } while (cursor !== undefined && seen.length < 10_000);
    expect(new Set(seen).size).toBe(seen.length);
    for (const id of before) expect(seen).toContain(id);
  });

  test('of exactly as many as fit on a page has no next one', async () => {
    const some = { q: all[77]?.id, limit: '1' };
    expect(await rig.backend.listJobs(parse(some))).toMatchObject({ next: null, total: 1 });
  });

  test.each(['x', '-1', '1.5', '1e3', ' 1', '', '1234567890123456', "1' OR 1=1"])('refuses the cursor %j', async (cursor) => {
    await expect(rig.backend.listJobs(parse({ cursor }))).rejects.toMatchObject({
      code: 'invalid-request',
      extras: { errors: [{ path: 'cursor' }] },
    });
  });

  test('goes on after a cursor whose job has been deleted', async () => {
    const first = await rig.backend.listJobs(parse({ state: 'dead', limit: '2' }));
    const rest = await rig.backend.listJobs(parse({ state: 'dead', limit: '2', cursor: first.next ?? '' }));
    await rig.backend.deleteJob(first.jobs[1]?.id ?? '');
    expect((await rig.backend.listJobs(parse({ state: 'dead', limit: '2', cursor: first.next ?? '' }))).jobs).toEqual(rest.jobs);
  });
});
