import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogLine } from '../../contract/job.ts';
import { limits } from '../../contract/limits.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { brokenInvariants } from './invariants.ts';

let rig: QueueRig;
beforeEach(async () => {
  rig = await openQueueRig();
});
afterEach(async () => {
  expect(rig.failures).toEqual([]);
  expect(brokenInvariants(rig.db)).toEqual([]);
  await rig.dispose();
});

const page = (options: Partial<{ limit: number; cursor: string; tail: number }> = {}) => ({
  limit: 1_000,
  cursor: undefined,
  tail: undefined,
  ...options,
});
const textsOf = async (id: string, options = {}) => (await rig.backend.readLogs(id, page(options))).lines.map(({ text }) => text);
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

/** Collects what a follower hears. */
async function follow(id: string) {
  const heard: string[] = [];
  let ended = 0;
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const subscription = await rig.backend.followLogs(id, {
    lines: (lines: LogLine[]) => heard.push(...lines.map(({ text }) => text)),
    end: () => {
      ended++;
      end();
    },
  });
  return { heard, over, ended: () => ended, subscription };
}

describe('a job’s log', () => {
  test('keeps the lines in their order, with time, attempt and stream, over all attempts', async () => {
    const { id } = await rig.add({ retry: { maxAttempts: 2, baseMs: 0 } });
    rig.lanes.log(id, 'one', 'two');
    rig.lanes.log(id, 'three');
    const again = rig.lanes.nextStart();
    rig.lanes.fail(id);
    await again;
    rig.lanes.log(id, 'four');
    rig.lanes.succeed(id);
    await rig.turn();
    const { lines, next } = await rig.backend.readLogs(id, page());
    expect(lines.map(({ text, attempt, stream }) => `${attempt} ${stream} ${text}`)).toEqual([
      '1 stdout one',
      '1 stdout two',
      '1 stdout three',
      '2 stdout four',
    ]);
    expect(next).toBeNull();
  });

  test('is read page by page, and from its end', async () => {
    const { id } = await rig.add();
    rig.lanes.log(id, ...numbers(1, 250));
    await rig.turn();
    const first = await rig.backend.readLogs(id, page({ limit: 100 }));
    const second = await rig.backend.readLogs(id, page({ limit: 100, cursor: first.next ?? '' }));
    const third = await rig.backend.readLogs(id, page({ limit: 100, cursor: second.next ?? '' }));
    expect([first, second, third].flatMap(({ lines }) => lines.map(({ text }) => text))).toEqual(numbers(1, 250));
    expect(third.next).toBeNull();
    expect(await textsOf(id, { tail: 3 })).toEqual(['248', '249', '250']);
    expect(await textsOf(id, { tail: 1_000 })).toEqual(numbers(1, 250));
    await expect(rig.backend.readLogs(id, page({ cursor: 'x' }))).rejects.toMatchObject({ code: 'invalid-request' });
  });

  test('is held to a size over all attempts too: the oldest lines go, and a mark stands in their place', async () => {
    const { id } = await rig.add({ retry: { maxAttempts: 2, baseMs: 0 } });
    const line = 'é'.repeat(limits.logLineBytes / 2);
    const most = limits.logBytesPerJob / limits.logLineBytes;
    rig.lanes.log(id, ...Array.from({ length: most }, () => line));
    await rig.turn();
    expect((await rig.backend.readLogs(id, page({ limit: 5_000 }))).lines).toHaveLength(most);
    const again = rig.lanes.nextStart();
    rig.lanes.fail(id);
    await again;
    for (let burst = 0; burst < 3; burst++) {
      rig.lanes.log(id, ...Array.from({ length: most / 4 }, () => line), `burst ${burst}`);
      await rig.turn();
      const kept = rig.db.prepare<[], number>('SELECT sum(octet_length(text)) FROM logs').pluck().get() ?? 0;
      expect(kept).toBeLessThanOrEqual(limits.logBytesPerJob);
      expect(kept).toBeGreaterThan(limits.logBytesPerJob * 0.8);
    }
    const { lines } = await rig.backend.readLogs(id, page({ limit: 5_000 }));
    expect(lines[0]).toMatchObject({ stream: 'system', text: expect.stringMatching(/^\d+ earlier lines are not kept: .* or 4 MiB\.$/) });
    expect(lines.at(-1)?.text).toBe('burst 2');
  });

  test('has nothing of another job', async () => {
    const [one, two] = [await rig.add(), await rig.add()];
    rig.lanes.log(one.id, 'one');
    rig.lanes.log(two.id, 'two');
    await rig.turn();
    expect([await textsOf(one.id), await textsOf(two.id)]).toEqual([['one'], ['two']]);
  });

  test('keeps its newest lines, over all attempts, and says how many are gone', async () => {
    const { id } = await rig.add({ retry: { maxAttempts: 2, baseMs: 0 } });
    rig.lanes.log(id, ...numbers(1, limits.logLinesPerJob));
    await rig.turn();
    const again = rig.lanes.nextStart();
    rig.lanes.fail(id);
    await again;
    rig.lanes.log(id, 'the last', 'words');
    await rig.turn();
    const texts = await textsOf(id, { limit: 5 });
    expect(texts[0]).toContain('2 earlier lines');
    expect(texts[1]).toBe('3');
    expect(await textsOf(id, { tail: 2 })).toEqual(['the last', 'words']);
    expect(rig.db.prepare('SELECT count(*) FROM logs').pluck().get()).toBe(limits.logLinesPerJob);
  });

  test('goes with its job', async () => {
    const { id } = await rig.add();
    rig.lanes.log(id, 'x');
    rig.lanes.succeed(id);
    await rig.turn();
    await rig.backend.deleteJob(id);
    expect(rig.db.prepare('SELECT count(*) FROM logs').pluck().get()).toBe(0);
  });
});

describe('following a log', () => {
  test('hears every line once and in order while lines arrive, from the first, and then the end', async () => {
    const { id } = await rig.add();
    const followers = [await follow(id)];
    for (let burst = 0; burst < 40; burst++) {
      rig.lanes.log(id, ...numbers(burst * 50 + 1, burst * 50 + 25));
      rig.lanes.log(id, ...numbers(burst * 50 + 26, burst * 50 + 50));
      // Some begin between the lines' arrival and their commit, some right after it.
      if (burst % 7 === 3) followers.push(await follow(id));
      if (burst % 3 === 0) await rig.turn();
      if (burst % 7 === 5) followers.push(await follow(id));
    }
    rig.lanes.succeed(id);
    await Promise.all(followers.map(({ over }) => over));
    for (const { heard, ended } of followers) {
      expect(heard).toEqual(numbers(1, 2_000));
      expect(ended()).toBe(1);
    }
  });

  test('goes on over a failed attempt', async () => {
    const { id } = await rig.add({ retry: { maxAttempts: 2, baseMs: 0 } });
    const follower = await follow(id);
    rig.lanes.log(id, 'first');
    const again = rig.lanes.nextStart();
    rig.lanes.fail(id);
    await again;
    expect(follower.ended()).toBe(0);
    rig.lanes.log(id, 'second');
    rig.lanes.succeed(id);
    await follower.over;
    expect(follower.heard).toEqual(['first', 'second']);
  });

  test('a job that has ended gives the log and the end at once', async () => {
    const { id } = await rig.add();
    rig.lanes.log(id, 'x');
    rig.lanes.succeed(id);
    await rig.turn();
    const { heard, ended } = await follow(id);
    expect([heard, ended()]).toEqual([['x'], 1]);
  });

  test.each([
    ['cancelled', (id: string) => rig.backend.cancelJob(id)],
    ['deleted', (id: string) => rig.backend.deleteJob(id)],
  ])('ends when the job is %s', async (_, act) => {
    const { id } = await rig.add({ delayMs: 60_000 });
    const follower = await follow(id);
    await act(id);
    await follower.over;
    expect(follower.ended()).toBe(1);
  });

  test('that was closed hears nothing more', async () => {
    const { id } = await rig.add();
    const follower = await follow(id);
    follower.subscription.close();
    rig.lanes.log(id, 'x');
    rig.lanes.succeed(id);
    await rig.turn();
    expect([follower.heard, follower.ended()]).toEqual([[], 0]);
  });

  test('a job that there is not is refused', async () => {
    await expect(follow('none')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('the attempts of a job', () => {
  test('are read page by page, the running one last', async () => {
    const { id } = await rig.add({ retry: { maxAttempts: 10, baseMs: 0, jitter: 0 } });
    for (let attempt = 1; attempt <= 4; attempt++) {
      const again = rig.lanes.nextStart();
      rig.lanes.fail(id, `no ${attempt}`);
      await again;
    }
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const { attempts, next } = await rig.backend.listAttempts(id, { limit: 2, cursor });
      seen.push(...attempts.map(({ attempt }) => attempt));
      cursor = next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    const { attempts } = await rig.backend.listAttempts(id, { limit: 10, cursor: '4' });
    expect(attempts).toMatchObject([{ attempt: 5, outcome: null, finishedAt: null, thread: rig.lanes.runOf(id).thread }]);
    await expect(rig.backend.listAttempts(id, { limit: 10, cursor: 'x' })).rejects.toMatchObject({ code: 'invalid-request' });
  });
});
