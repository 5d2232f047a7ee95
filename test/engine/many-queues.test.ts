import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { QueuePatch } from '../../contract/resources.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type AttemptTime, attemptTimes, mostAtOnce, mostInWindow } from './attempt-times.ts';
import { brokenInvariants } from './invariants.ts';
import { restarted } from './still-clock.ts';

const queueCount = 50;
const jobCount = 10_000;
const taskLimit = 12;
const sizes = { interactive: 1, io: 1, cpu: 30 };
const tasks = { 'file.hash': { lane: 'cpu' as const, concurrency: taskLimit } };
const queues = Array.from({ length: queueCount }, (_, index) => `q${index}`);

let rig: QueueRig;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'], now: Date.UTC(2026, 0, 31) });
});
afterEach(async () => {
  await rig.dispose();
  vi.useRealTimers();
});

/** Every fifth queue is free, the others have a concurrency, a rate limit, or both. */
function limitsOf(index: number): QueuePatch {
  const concurrency = index % 5 === 1 || index % 5 === 3 ? 1 + (index % 4) : null;
  const rateLimit = index % 5 === 2 || index % 5 === 3 ? { max: 3 + (index % 7), perMs: 200 + 40 * (index % 9) } : null;
  return { concurrency, rateLimit };
}

describe(`${jobCount} jobs over ${queueCount} queues with limits`, () => {
  test('break no limit, be the engine killed in the middle, and leave no queue waiting', { timeout: 240_000 }, async () => {
    const random = seededRandom(4);
    rig = await openQueueRig({ sizes, tasks });
    for (const [index, name] of queues.entries()) await rig.backend.makeQueue(name, limitsOf(index));
    // The first queue alone has as much as all the others together.
    for (let batch = 0; batch < 10; batch++) {
      await rig.addMany(
        Array.from({ length: jobCount / 10 }, () => ({
          queue: random() < 0.5 ? 'q0' : (queues[Math.floor(random() * queueCount)] ?? 'q0'),
          task: random() < 0.3 ? 'file.hash' : 'shell.run',
          priority: Math.floor(random() * 5) - 2,
          ...(random() < 0.2 ? { concurrencyKey: `key ${Math.floor(random() * 8)}` } : {}),
        })),
      );
    }
    for (let round = 0; (await rig.backend.stats()).counts.completed < jobCount; round++) {
      expect(round, 'it comes to an end').toBeLessThan(6_000);
      const runs = [...rig.lanes.running.values()].filter(() => random() < 0.6);
      rig.lanes.end(runs.map((run) => ({ run, result: { kind: 'succeeded', result: 'null' } })));
      await rig.turn();
      vi.advanceTimersByTime(Math.floor(random() * 20));
      await rig.turn();
      if (round === 150) rig = await restarted(rig, { sizes, tasks });
    }

    const attempts = attemptTimes(rig.db);
    expect(attempts.length).toBeGreaterThanOrEqual(jobCount);
    for (const [index, name] of queues.entries()) {
      const own = attempts.filter(({ queue }) => queue === name);
      const { concurrency, rateLimit } = limitsOf(index);
      if (concurrency) expect(mostAtOnce(own), `${name} at once`).toBeLessThanOrEqual(concurrency);
      if (rateLimit) expect(mostInWindow(own, rateLimit.perMs), `${name} in ${rateLimit.perMs} ms`).toBeLessThanOrEqual(rateLimit.max);
    }
    expect(mostAtOnce(attempts.filter(({ task }) => task === 'file.hash'))).toBe(taskLimit);
    const keyed = Map.groupBy(attempts, ({ task, key }) => (key === null ? null : `${task} ${key}`));
    for (const [key, own] of keyed) if (key !== null) expect(mostAtOnce(own), key).toBe(1);
    expect(keyed.size).toBe(17);
    expect(longestWithout(attempts), 'the longest that a queue with work had none of it started').toBeLessThan(2_000);
    expect(brokenInvariants(rig.db)).toEqual([]);
    expect(rig.failures).toEqual([]);
  });
});

/** How long, at most, a queue that still had jobs to start saw none of them start, in milliseconds. All were there from the start. */
function longestWithout(attempts: AttemptTime[]): number {
  let longest = 0;
  const first = Math.min(...attempts.map(({ startedAt }) => startedAt));
  for (const own of Map.groupBy(attempts, ({ queue }) => queue).values()) {
    let last = first;
    for (const at of own.map(({ startedAt }) => startedAt).toSorted((a, b) => a - b)) {
      longest = Math.max(longest, at - last);
      last = at;
    }
  }
  return longest;
}
