import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import type { MissedRule } from '../../../contract/schedule.ts';
import { type DueFacts, dueSlots, toleratedMs } from '../../../engine/queue/due-slots.ts';
import { intervalSlots } from '../../../engine/queue/schedule-slots.ts';

const everyMinute = intervalSlots(0, 60_000);
const facts = (missed: MissedRule, changes: Partial<DueFacts>): DueFacts => ({
  ...{ nextAt: 600_000, now: 600_000, runningSince: 0, most: 100, missed },
  ...changes,
});
const rules = ['skip', 'once', 'all'] as const;

describe('a slot', () => {
  test.each(rules)('that is noticed in time runs, whatever becomes of missed ones (%s)', (missed) => {
    const onTime = { run: [{ at: 600_000, wasMissed: false }], leftOut: null, nextAt: 660_000 };
    expect(dueSlots(everyMinute, facts(missed, {}))).toEqual(onTime);
    expect(dueSlots(everyMinute, facts(missed, { now: 600_000 + toleratedMs }))).toEqual(onTime);
  });

  test('that passed before the engine ran was missed, however short ago', () => {
    const late = { now: 600_500, runningSince: 600_400 };
    expect(dueSlots(everyMinute, facts('skip', late))).toEqual({ run: [], leftOut: 600_000, nextAt: 660_000 });
    expect(dueSlots(everyMinute, facts('once', late)).run).toEqual([{ at: 600_000, wasMissed: true }]);
  });
});

describe('after ten minutes away', () => {
  const later = { now: 1_200_000 + toleratedMs + 1 };

  test('"skip" leaves all of them out and goes on with the next', () => {
    expect(dueSlots(everyMinute, facts('skip', later))).toEqual({ run: [], leftOut: 1_200_000, nextAt: 1_260_000 });
  });

  test('"once" runs the newest in place of all', () => {
    expect(dueSlots(everyMinute, facts('once', later))).toEqual({
      ...{ run: [{ at: 1_200_000, wasMissed: true }], leftOut: 1_140_000, nextAt: 1_260_000 },
    });
  });

  test('"all" runs each, in order', () => {
    const { run, leftOut, nextAt } = dueSlots(everyMinute, facts('all', later));
    expect(run.map(({ at }) => at)).toEqual(Array.from({ length: 11 }, (_, n) => 600_000 + n * 60_000));
    expect({ leftOut, nextAt }).toEqual({ leftOut: null, nextAt: 1_260_000 });
  });
});

test('of more slots than "all" makes up for the newest run, in as many steps as asked', () => {
  const now = 60_000 * (limits.missedSlots + 500);
  const runs: number[] = [];
  let nextAt: number | null = 60_000;
  const leftOut: (number | null)[] = [];
  while (nextAt !== null && nextAt <= now) {
    const due = dueSlots(everyMinute, facts('all', { nextAt, now, most: 300 }));
    runs.push(...due.run.map(({ at }) => at));
    leftOut.push(due.leftOut);
    nextAt = due.nextAt;
  }
  expect(runs).toEqual(Array.from({ length: limits.missedSlots }, (_, n) => 60_000 * (501 + n)));
  expect(leftOut).toEqual([60_000 * 500, null, null, null]);
});

test('whatever the clock does, no slot runs twice, none before its time, and "all" loses none', () => {
  const step = fc.oneof(
    fc.integer({ min: 0, max: 90_000 }),
    fc.integer({ min: 0, max: 3_000_000 }),
    fc.integer({ min: -3_000_000, max: 0 }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...rules), fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), (missed, steps, most) => {
      const ran: number[] = [];
      let nextAt = 60_000;
      let now = 0;
      let furthest = 0;
      for (const ms of steps) {
        now += ms;
        while (nextAt <= now) {
          const due = dueSlots(everyMinute, { nextAt, now, runningSince: 0, missed, most });
          expect(due.run.every(({ at }) => at <= now)).toBe(true);
          expect(due.nextAt ?? 0).toBeGreaterThan(nextAt);
          ran.push(...due.run.map(({ at }) => at));
          nextAt = due.nextAt ?? Number.POSITIVE_INFINITY;
        }
        furthest = Math.max(furthest, now);
      }
      expect(ran).toEqual([...new Set(ran)].sort((a, b) => a - b));
      if (missed === 'all') expect(ran).toEqual(Array.from({ length: Math.floor(furthest / 60_000) }, (_, n) => (n + 1) * 60_000));
    }),
  );
});
