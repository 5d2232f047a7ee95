import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { filterOf } from '../../../renderer/features/jobs/job-filter.ts';
import { readNear } from '../../../renderer/features/jobs/job-pages.ts';

const count = 1_000_000;
const start = Date.parse('2026-01-31T00:00:00.000Z');
/** What the engine counts before its time is over, and how far off an estimate is. */
const countedMost = 20_000;
const estimateError = 1.03;

/** When the job at a place was submitted, the newest at place 0: in bursts of 100,000 in ten seconds, a day apart. */
const createdAt = (place: number): number => {
  const age = count - 1 - place;
  return start + Math.floor(age / 100_000) * 86_400_000 + Math.floor((age % 100_000) / 10);
};
const firstPlaceBefore = (time: number): number => {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (createdAt(middle) < time) high = middle;
    else low = middle + 1;
  }
  return low;
};

/** An engine with that many jobs, which stops counting as the real one does. */
beforeEach(() => {
  vi.stubGlobal('fetch', async (url: string) => {
    const asked = new URL(url, 'http://engine').searchParams;
    const time = (name: string) => asked.get(name) && Date.parse(asked.get(name) ?? '');
    const [after, before] = [time('createdAfter'), time('createdBefore')];
    const first = before ? firstPlaceBefore(before) : 0;
    const end = after ? firstPlaceBefore(after) : count;
    const matching = Math.max(0, end - first);
    const exact = (!after && !before) || matching <= countedMost;
    const shown = Math.min(Number(asked.get('limit')), matching);
    const places = Array.from({ length: shown }, (_, index) => (asked.get('order') === 'createdAt' ? end - 1 - index : first + index));
    const jobs = places.map((place) => ({
      id: String(count - place).padStart(7, '0'),
      createdAt: new Date(createdAt(place)).toISOString(),
    }));
    const counts = { total: exact ? matching : countedMost, estimate: exact ? matching : Math.round(matching * estimateError) };
    return new Response(JSON.stringify({ jobs, next: null, exact, ...counts }), { headers: { 'content-type': 'application/json' } });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([
  { target: 5_000, off: 0 },
  { target: 15_000, off: 0 },
  { target: 400_000, off: 0.04 },
  { target: 600_000, off: 0.04 },
  { target: 985_000, off: 0 },
])('the row at $target of a million is found although the engine does not count so far', async ({ target, off }) => {
  const signal = new AbortController().signal;
  const { page, above, oldest } = await readNear(filterOf(new URLSearchParams()), target, signal);
  expect(oldest).toMatchObject({ total: count, exact: true });
  expect(Math.abs(above - target)).toBeLessThanOrEqual(off === 0 ? 200 : count * off);
  const shown = count - Number(page.jobs[0]?.id);
  expect(Math.abs(shown - above)).toBeLessThanOrEqual(count * off);
});
