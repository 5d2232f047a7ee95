import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Queue, StateCounts, Task } from '../../../contract/resources.ts';
import { queueMakeSchema } from '../../../contract/resources.ts';
import { submissionSchema } from '../../../contract/submission.ts';
import { whyItWaits } from '../../../renderer/features/job/why-it-waits.ts';
import { draftOf, limitWords, noLimits, patchOf, readLimits } from '../../../renderer/features/queues/queue-limits.ts';
import { retryOf, untouchedRetry } from '../../../renderer/features/submit/retry-choices.ts';

const none = { concurrency: null, rateLimit: null, maxBacklog: null };
const counts: StateCounts = { blocked: 0, scheduled: 0, available: 0, executing: 0, retryable: 0, completed: 0, dead: 0, cancelled: 0 };

describe('the limits of a queue', () => {
  it('read back what they were written from, whatever they are', () => {
    const limits = fc.record({
      concurrency: fc.option(fc.integer({ min: 1, max: 100_000 })),
      rateLimit: fc.option(fc.record({ max: fc.integer({ min: 1, max: 1_000_000 }), perMs: fc.integer({ min: 1, max: 86_400_000 }) })),
      maxBacklog: fc.option(fc.integer({ min: 1, max: 1_000_000_000 })),
    });
    fc.assert(
      fc.property(limits, (given) => {
        const reading = readLimits(draftOf(given));
        expect(reading).toEqual({ limits: given });
        expect(patchOf(given, 'limits' in reading ? reading.limits : none)).toBeNull();
      }),
    );
  });

  it('are sent only where they differ, and in a form that the engine takes', () => {
    const reading = readLimits({ ...noLimits, rateMax: '100', ratePer: '2', rateUnit: 'minute', maxBacklog: '' });
    const patch = 'limits' in reading ? patchOf({ ...none, maxBacklog: 9 }, reading.limits) : null;
    expect(patch).toEqual({ rateLimit: { max: 100, perMs: 120_000 }, maxBacklog: null });
    expect(queueMakeSchema.safeParse(patch).success).toBe(true);
  });

  it('that are no numbers are said at their field', () => {
    expect(readLimits({ ...noLimits, concurrency: 'x', rateMax: '5', ratePer: '', maxBacklog: 'y' })).toEqual({
      wrong: { concurrency: expect.any(String), rateLimit: expect.stringContaining('time'), maxBacklog: expect.any(String) },
    });
  });

  it('are short in words', () => {
    expect(limitWords({ concurrency: 7, rateLimit: { max: 100, perMs: 60_000 }, maxBacklog: 10_000 })).toEqual([
      ...['7 at once', '100 a minute', '10,000 may wait'],
    ]);
    expect(limitWords({ ...none, rateLimit: { max: 5, perMs: 3_600_000 } })).toEqual(['5 an hour']);
    expect(limitWords({ ...none, rateLimit: { max: 5, perMs: 10_000 } })).toEqual(['5 in 10 s']);
  });
});

describe('the retries of a submission', () => {
  const accepted = (retry: unknown) => submissionSchema.safeParse({ task: 't', retry }).success;

  it('are left out while nothing was chosen', () => {
    expect(retryOf(null, untouchedRetry)).toBeUndefined();
  });

  it('hold either a backoff or a list, in milliseconds', () => {
    const backoff = retryOf(4, { ...untouchedRetry, way: 'linear', baseSeconds: 0.5, maxSeconds: 60, delays: '1', forSeconds: 3600 });
    expect(backoff).toEqual({ maxAttempts: 4, backoff: 'linear', baseMs: 500, maxMs: 60_000, retryForMs: 3_600_000 });
    const list = retryOf(null, { ...untouchedRetry, way: 'list', baseSeconds: 2, delays: '1, 10;300' });
    expect(list).toEqual({ delaysMs: [1_000, 10_000, 300_000] });
    expect([backoff, list].map(accepted)).toEqual([true, true]);
  });

  it('that are no numbers are the engine’s to refuse', () => {
    expect(accepted(JSON.parse(JSON.stringify(retryOf(null, { ...untouchedRetry, way: 'list', delays: '1, soon' }))))).toBe(false);
  });
});

describe('why a job waits', () => {
  const job = { queue: 'mail', task: 'send', concurrencyKey: null };
  const queue: Queue = { name: 'mail', paused: false, ...none, counts, oldestAvailableMs: 1 };
  const task = { concurrency: null, concurrencyPerKey: 1, error: null } as Task;
  const busy = { ...counts, executing: 2 };

  it.each([
    ['paused', whyItWaits(job, { ...queue, paused: true, concurrency: 1, counts: busy }, task, busy)],
    ['mended', whyItWaits(job, queue, { ...task, error: 'SyntaxError' }, busy)],
    ['runs 2 at once, and 2 run', whyItWaits(job, { ...queue, concurrency: 2, counts: busy }, task, busy)],
    ['Of send 2 may run at once', whyItWaits(job, queue, { ...task, concurrency: 2 }, busy)],
    ['its key', whyItWaits({ ...job, concurrencyKey: 'a' }, queue, task, busy)],
    ['held to a rate', whyItWaits(job, { ...queue, rateLimit: { max: 1, perMs: 1000 } }, task, counts)],
    ['a free place', whyItWaits(job, { ...queue, concurrency: 3, counts: busy }, task, busy)],
    ['a free place', whyItWaits(job, undefined, undefined, undefined)],
  ])('says “%s”', (words, { text }) => {
    expect(text).toContain(words);
  });
});
