import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EngineEvent, JobEvent } from '../../../contract/events.ts';
import { jobStates } from '../../../contract/states.ts';
import { filterOf } from '../../../renderer/features/jobs/job-filter.ts';
import { JobList, type JobListState } from '../../../renderer/features/jobs/job-list.ts';
import { countOf } from '../../../renderer/features/jobs/job-window.ts';

/** Answers the next list that is asked for. */
let answer: (page: object) => void;
beforeEach(() => {
  vi.stubGlobal('fetch', () => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    answer = (page) => resolve(new Response(JSON.stringify(page), { headers: { 'content-type': 'application/json' } }));
    return promise;
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const job = (state: string) => ({ id: '1', state, task: 'shell.run', queue: 'default', mode: 'async', tags: [], payload: {} });
const page = (state: string) => ({ jobs: [job(state)], next: null, total: 1, exact: true, estimate: 1 });
const event = (state: string) => ({ type: `job.${state}`, at: '2026-01-31T00:00:00.000Z', job: job(state) }) as unknown as JobEvent;

async function shown(list: JobList): Promise<string | undefined> {
  await new Promise((resolve) => list.subscribe(() => setImmediate(() => resolve(undefined))));
  return list.state().rows[0]?.state;
}

test('what a job came to while the list was read for the first time is what the list shows', async () => {
  const list = new JobList(filterOf(new URLSearchParams()));
  list.reload();
  list.follow([event('completed')]);
  answer(page('executing'));
  expect(await shown(list)).toBe('completed');
  list.close();
});

test('what a job came to while the list was read again is not taken back by what was read', async () => {
  const list = new JobList(filterOf(new URLSearchParams()));
  list.reload();
  answer(page('executing'));
  expect(await shown(list)).toBe('executing');
  list.reload();
  list.follow([event('completed')]);
  answer(page('executing'));
  expect(await shown(list)).toBe('completed');
  list.close();
});

/** Answers every list at once, by its cursor; what was asked for is noted. */
function answerPages(pages: Record<string, object>): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    const cursor = new URL(url, 'http://engine').searchParams.get('cursor') ?? 'first';
    asked.push(cursor);
    return new Response(JSON.stringify(pages[cursor]), { headers: { 'content-type': 'application/json' } });
  });
  return asked;
}

const numbered = (id: string) => ({ ...job('available'), id });
const found = (next: string | null, ...ids: string[]) => ({
  jobs: ids.map(numbered),
  next,
  total: ids.length,
  exact: false,
  estimate: ids.length,
});

async function settled(list: JobList): Promise<void> {
  while (list.state().status === 'loading' || !list.state().exact)
    await new Promise<void>((resolve) => list.subscribe(() => setImmediate(resolve)));
}

test('a list whose first pages are empty is not an empty list: it reads on to what there is, and to its end', async () => {
  const asked = answerPages({ first: found('a'), a: found('b'), b: found('c', '5'), c: found('d'), d: found(null, '2') });
  const list = new JobList(filterOf(new URLSearchParams('q=x')));
  const states: JobListState[] = [];
  list.subscribe(() => states.push(list.state()));
  list.reload();
  await settled(list);
  expect(states[0]).toMatchObject({ status: 'ready', rows: [], exact: false });
  expect(list.state()).toMatchObject({ total: 2, exact: true, error: undefined });
  expect(list.state().rows.map(({ id }) => id)).toEqual(['5', '2']);
  expect(asked).toEqual(['first', 'a', 'b', 'c', 'd']);
  list.close();
});

test('a list in which nothing is found is empty only once its last page was read', async () => {
  const asked = answerPages({ first: found('a'), a: found('b'), b: found(null) });
  const list = new JobList(filterOf(new URLSearchParams('q=x')));
  list.reload();
  await settled(list);
  expect(list.state()).toMatchObject({ rows: [], total: 0, exact: true });
  expect(asked).toEqual(['first', 'a', 'b']);
  list.close();
});

const start = Date.parse('2026-01-31T00:00:00.000Z');
const numberedJob = (number: number) => ({
  ...job('scheduled'),
  id: String(number).padStart(7, '0'),
  createdAt: new Date(start + number * 10).toISOString(),
});
const created = (numbers: number[]) => numbers.map((number) => ({ type: 'job.created', job: numberedJob(number) }) as unknown as JobEvent);
const deleted = (numbers: readonly number[]) =>
  numbers.map((number) => ({ type: 'job.deleted', job: numberedJob(number) }) as unknown as JobEvent);
const stats = (total: number) => ({ type: 'stats', counts: countsOf(total) }) as unknown as EngineEvent;
const countsOf = (total: number) => Object.fromEntries(jobStates.map((state) => [state, state === 'scheduled' ? total : 0]));
const upTo = (count: number, first = 0) => Array.from({ length: count }, (_, index) => first + index);

/** An engine with jobs of these numbers, oldest first; it counts no more than `countedMost`, and estimates the rest a little wrong. */
class FakeEngine {
  numbers: number[];
  countedMost: number;
  error = 1.03;
  requests = 0;

  constructor(count: number, countedMost = Number.POSITIVE_INFINITY) {
    this.numbers = upTo(count);
    this.countedMost = countedMost;
    vi.stubGlobal('fetch', async (url: string) => this.#answer(new URL(url, 'http://engine').searchParams));
  }

  #answer(asked: URLSearchParams): Response {
    this.requests += 1;
    const time = (name: string, otherwise: number) => Date.parse(asked.get(name) ?? '') || otherwise;
    const [after, before] = [time('createdAfter', 0), time('createdBefore', Number.POSITIVE_INFINITY)];
    const matching = this.numbers.filter((number) => start + number * 10 >= after && start + number * 10 < before);
    const ascending = asked.get('order') === 'createdAt';
    const cursor = asked.get('cursor');
    const left = matching.filter((number) => cursor === null || (ascending ? number > Number(cursor) : number < Number(cursor)));
    const ordered = ascending ? left : left.toReversed();
    const shown = ordered.slice(0, Number(asked.get('limit')));
    const exact = matching.length <= this.countedMost;
    const body = {
      jobs: shown.map(numberedJob),
      next: shown.length < ordered.length ? String(shown.at(-1)) : null,
      ...{ total: exact ? matching.length : this.countedMost, exact },
      estimate: exact ? matching.length : Math.round(matching.length * this.error),
    };
    return new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } });
  }
}

const viewRows = 30;

/** The window's list of such an engine, scrolled as the grid does: no further than the list is long. */
class Scrolled {
  readonly list: JobList;
  #first = 0;

  constructor(query = '') {
    this.list = new JobList(filterOf(new URLSearchParams(query)));
    this.list.reload();
  }

  get count(): number {
    return countOf(this.list.state());
  }

  /** Numbers of the rows in view; undefined for one that is blank. */
  get shown(): (number | undefined)[] {
    const { rows, above, total } = this.list.state();
    const places = upTo(Math.min(viewRows, total), this.#first);
    return places.map((place) => (rows[place - above] ? Number(rows[place - above]?.id) : undefined));
  }

  async to(first: number): Promise<void> {
    this.#first = first;
    await this.rest();
  }

  toEnd(): Promise<void> {
    return this.to(Number.POSITIVE_INFINITY);
  }

  /** Long enough for all that is read now and what is put off. */
  async rest(ms = 3_000): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      const { total } = this.list.state();
      this.#first = Math.max(0, Math.min(this.#first, total - viewRows));
      this.list.look({ first: this.#first, last: Math.min(total, this.#first + viewRows), atTop: this.#first === 0 });
      await vi.advanceTimersByTimeAsync(50);
      // An answer takes some turns of the loop that no timer is needed for.
      for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

describe('a list of an engine that works', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: start + 3_100_000 });
    vi.stubGlobal('document', { visibilityState: 'visible' });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('is empty when all of it is deleted while its middle is read', async () => {
    const engine = new FakeEngine(12_000);
    const window = new Scrolled();
    await window.rest();
    await window.to(5_800);
    const all = engine.numbers.splice(0);
    window.list.follow([...deleted(all), stats(0)]);
    await window.rest();
    expect(window.list.state()).toMatchObject({ rows: [], above: 0, total: 0, exact: true });
    engine.numbers.push(12_000);
    window.list.follow([...created([12_000]), stats(1)]);
    await window.rest();
    expect([window.shown, window.count]).toEqual([[12_000], 1]);
    window.list.close();
  });

  test('is read again near the view when only what was held is deleted', async () => {
    const engine = new FakeEngine(40_000);
    const window = new Scrolled();
    await window.rest();
    await window.to(20_000);
    const held = window.list.state().rows.map(({ id }) => Number(id));
    engine.numbers = engine.numbers.filter((number) => !held.includes(number));
    window.list.follow([...deleted(held), stats(engine.numbers.length)]);
    await window.rest();
    expect(window.shown).toEqual(engine.numbers.toReversed().slice(20_000, 20_030));
    expect(window.count).toBe(40_000 - held.length);
    window.list.close();
  });

  test('is read again, once, when an exact count is less than what it has places for', async () => {
    const engine = new FakeEngine(12_000);
    const window = new Scrolled();
    await window.rest();
    await window.to(5_800);
    const { requests } = engine;
    engine.numbers = engine.numbers.slice(0, 3_500);
    for (let second = 0; second < 10; second += 1) {
      window.list.follow([stats(3_500)]);
      await window.rest(1_000);
    }
    expect([window.count, window.list.state().total]).toEqual([3_500, 3_500]);
    expect(window.shown).toEqual(upTo(30).toReversed());
    expect(engine.requests - requests).toBeLessThan(8);
    window.list.close();
  });

  test('asks no further when a count goes on to be less than what is read', async () => {
    const engine = new FakeEngine(300);
    const window = new Scrolled();
    await window.rest();
    const { requests } = engine;
    for (let second = 0; second < 10; second += 1) {
      window.list.follow([stats(second < 5 ? 290 : 310)]);
      await window.rest(1_000);
    }
    expect(engine.requests - requests).toBeLessThan(4);
    window.list.close();
  });

  test('counts all that are new while one is open, and has no places for them', async () => {
    const engine = new FakeEngine(300);
    const window = new Scrolled();
    await window.rest();
    window.list.hold(true);
    for (let first = 300; first < 5_300; first += 500) {
      engine.numbers.push(...upTo(500, first));
      window.list.follow([...created(upTo(500, first)), stats(first + 500)]);
      await window.rest(1_000);
    }
    expect(window.count).toBe(5_300);
    expect(window.list.state()).toMatchObject({ total: 300, outside: 5_000 });
    expect(window.list.state().fresh).toHaveLength(1_000);
    await window.toEnd();
    const { requests } = engine;
    window.list.follow([stats(5_300)]);
    await window.rest();
    expect(window.shown).toEqual(upTo(30).toReversed());
    expect(engine.requests).toBe(requests);
    await window.to(0);
    window.list.hold(false);
    await window.rest();
    expect(window.shown).toEqual(upTo(30, 5_270).toReversed());
    expect(window.list.state()).toMatchObject({ total: 5_300, outside: 0, fresh: [] });
    window.list.close();
  });

  test('stays at its end when it was gone to while many were new', async () => {
    const engine = new FakeEngine(20_000);
    const window = new Scrolled();
    await window.rest();
    window.list.hold(true);
    engine.numbers.push(...upTo(5_000, 20_000));
    window.list.follow([...created(upTo(5_000, 20_000)), stats(25_000)]);
    await window.toEnd();
    expect(window.shown).toEqual(upTo(30).toReversed());
    engine.numbers.push(...upTo(10, 25_000));
    window.list.follow([...created(upTo(10, 25_000)), stats(25_010)]);
    await window.rest();
    expect(window.shown).toEqual(upTo(30).toReversed());
    expect([window.count, window.list.state().total]).toEqual([25_010, 20_000]);
    await window.to(9_000);
    expect(window.shown).toEqual(upTo(30, 10_970).toReversed());
    window.list.close();
  });

  test('is as long as is estimated and says what was counted at least, of what is not counted to its end', async () => {
    const engine = new FakeEngine(124_000, 4_000);
    const window = new Scrolled('tag=even');
    await window.rest();
    expect(window.list.state()).toMatchObject({ total: Math.round(124_000 * 1.03), exact: false });
    expect(window.count).toBe(4_000);
    await window.toEnd();
    expect(window.shown).toEqual(upTo(30).toReversed());
    const counts: number[] = [];
    for (const counted of [5_000, 3_000, 4_500]) {
      engine.countedMost = counted;
      engine.error = counted / 4_500;
      window.list.follow(created([200_000 + counted]));
      await window.rest();
      counts.push(window.count);
      expect(window.shown).toEqual(upTo(30).toReversed());
    }
    expect(counts).toEqual([5_000, 5_000, 5_000]);
    await window.to(60_000);
    const [first] = window.shown;
    expect(Math.abs((first ?? 0) - 64_000)).toBeLessThan(124_000 * 0.06);
    expect(window.count).toBe(5_000);
    engine.countedMost = 124_000;
    window.list.follow(created([300_000]));
    await window.rest();
    expect(window.list.state().exact).toBe(true);
    expect(window.count).toBe(124_000);
    window.list.close();
  });

  test.each([{ error: 0.9 }, { error: 1.1 }])(
    'has its length corrected by the end that is read to, estimated at $error',
    async ({ error }) => {
      const engine = new FakeEngine(2_500, 1_000);
      engine.error = error;
      const window = new Scrolled('tag=even');
      await window.rest();
      expect(window.list.state().total).toBe(Math.round(2_500 * error));
      await window.toEnd();
      await window.to(window.list.state().total - viewRows);
      expect(window.shown).toEqual(upTo(30).toReversed());
      expect(window.list.state()).toMatchObject({ total: 2_500, exact: true });
      window.list.close();
    },
  );

  test.each([{ error: 0.9 }, { error: 1.1 }])(
    'has its length corrected by the top that is read to, estimated at $error',
    async ({ error }) => {
      const engine = new FakeEngine(10_000, 1_000);
      engine.error = error;
      const window = new Scrolled('tag=even');
      await window.rest();
      await window.toEnd();
      for (let first = 10_000 * error - 500; first > 0; first -= 500) await window.to(first);
      await window.to(0);
      expect(window.shown).toEqual(upTo(30, 9_970).toReversed());
      expect(window.list.state().total).toBe(10_000);
      expect(window.list.state().exact).toBe(true);
      window.list.close();
    },
  );
});
