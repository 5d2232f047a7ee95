import { describe, expect, test } from 'vitest';
import type { Job } from '../../../contract/job.ts';
import { Usage } from '../../../engine/queue/usage.ts';
import { start } from './plain-job.ts';

const day = 86_400_000;

function openUsage() {
  const clock = { now: start };
  const usage = new Usage(() => clock.now);
  const job = (more: Partial<Job> = {}) => ({
    ...{ id: '1', task: 'a', mode: 'async' as const, state: 'executing' as const },
    ...{ createdAt: new Date(start).toISOString(), runAt: new Date(start).toISOString() },
    ...more,
  });
  return { clock, usage, job };
}

describe('the use of a task', () => {
  test('is counted by what its callers asked for', () => {
    const { usage } = openUsage();
    expect(usage.of('a')).toMatchObject({ since: null, sync: 0 });
    for (const mode of ['sync', 'async', 'async', 'auto'] as const) usage.called('a', mode);
    expect(usage.of('a')).toMatchObject({ sync: 1, async: 2, auto: 1, hybrid: 0 });
    expect(usage.of('b')).toMatchObject({ sync: 0 });
  });

  test('is told of the last seven days, and what is older is let go', () => {
    const { clock, usage } = openUsage();
    for (let days = 0; days < 20; days++) {
      usage.called('a', 'sync');
      clock.now += day;
    }
    expect(usage.of('a').sync).toBe(6);
    expect(usage.toJSON('a')).toHaveLength(7);
    clock.now += 7 * day;
    expect(usage.of('a')).toMatchObject({ sync: 0, since: null });
  });

  test('is the same once it was kept and read', () => {
    const { clock, usage } = openUsage();
    usage.called('a', 'sync');
    usage.held('a', 'sync', 31_000);
    expect([...usage.changed]).toEqual(['a']);
    usage.written();
    expect(usage.changed.size).toBe(0);
    const read = new Usage(() => clock.now);
    read.restore('a', JSON.parse(JSON.stringify(usage.toJSON('a'))));
    expect(read.of('a')).toEqual(usage.of('a'));
  });
});

describe('a poll', () => {
  test('is wasted when it comes before the time that Retry-After suggested, counted from the answer before', () => {
    const { clock, usage, job } = openUsage();
    clock.now += 200;
    usage.read(job(), null);
    expect(usage.of('a')).toMatchObject({ polls: 1, wastedPolls: 1, polledAtOnce: 1 });
    clock.now += 400;
    usage.read(job(), null);
    expect(usage.of('a')).toMatchObject({ polls: 2, wastedPolls: 2, polledAtOnce: 1 });
    clock.now += 1_000;
    usage.read(job(), null);
    expect(usage.of('a')).toMatchObject({ polls: 3, wastedPolls: 2 });
  });

  test('of an old job is wasted too when it comes sooner than a tenth of its age', () => {
    const { clock, usage, job } = openUsage();
    clock.now += 600_000;
    usage.read(job(), null);
    clock.now += 30_000;
    usage.read(job(), null);
    clock.now += 60_000;
    usage.read(job(), null);
    expect(usage.of('a')).toMatchObject({ polls: 3, wastedPolls: 1, polledAtOnce: 0 });
  });

  test('by which the end is heard is none', () => {
    const { usage, job } = openUsage();
    usage.read(job({ state: 'completed' }), null);
    expect(usage.of('a')).toMatchObject({ polls: 0, wastedPolls: 0 });
  });

  test('of one of very many jobs is watched without keeping all of them', () => {
    const { clock, usage, job } = openUsage();
    for (let n = 0; n < 10_100; n++) usage.read(job({ id: String(n), mode: 'auto' }), null);
    clock.now += 1_500;
    usage.read(job({ id: '0' }), null);
    expect(usage.of('a')).toMatchObject({ polls: 10_101, wastedPolls: 10_100 });
  });
});

test('a wait for an async job is counted, and one longer than 30 s whatever the mode', () => {
  const { usage, job } = openUsage();
  usage.read(job({ state: 'completed' }), 800);
  usage.read(job({ state: 'completed' }), 0);
  usage.held('a', 'sync', 40_000);
  usage.held('a', 'auto', 900);
  expect(usage.of('a')).toMatchObject({ polls: 0, waits: 1, longWaits: 1 });
});
