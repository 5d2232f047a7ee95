import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { modes } from '../../../contract/job.ts';
import { jobStates } from '../../../contract/states.ts';
import { type CounterFilter, Counters } from '../../../engine/store/counters.ts';
import { temporaryDatabase } from './plain-job.ts';

const queues = ['default', 'mail', 'a\u0000b'];
const tasks = ['shell.run', '__proto__'];
const job = fc.record({
  queue: fc.constantFrom(...queues),
  task: fc.constantFrom(...tasks),
  mode: fc.constantFrom(...modes),
  state: fc.constantFrom(...jobStates),
});
type Counted = typeof job extends fc.Arbitrary<infer Value> ? Value : never;

const isMatch = (one: Counted, { queue, task, mode, state }: CounterFilter) =>
  (!queue || queue.includes(one.queue)) &&
  (!task || task.includes(one.task)) &&
  (!mode || mode.includes(one.mode)) &&
  (!state || state.includes(one.state));

const some = <Value>(...values: Value[]) => fc.option(fc.subarray(values), { nil: undefined });
const filters: fc.Arbitrary<CounterFilter> = fc
  .record({ queue: some(...queues), task: some(...tasks), mode: some(...modes), state: some(...jobStates) })
  .map((filter) => Object.fromEntries(Object.entries(filter).filter(([, values]) => values !== undefined)));

describe('the counters', () => {
  test('are those of a model that counts one by one, whatever is committed or undone, and after a restart too', () => {
    const { writer } = temporaryDatabase();
    /** One transaction: jobs come, the first few of those that are there go, and it is committed or not. */
    const transactions = fc.array(fc.record({ come: fc.array(job, { maxLength: 8 }), go: fc.nat(8), commit: fc.boolean() }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(transactions, fc.array(filters, { minLength: 5, maxLength: 5 }), (steps, asked) => {
        writer.exec('DELETE FROM counters');
        const counters = new Counters(writer);
        let model: Counted[] = [];
        for (const { come, go, commit } of steps) {
          writer.exec('BEGIN IMMEDIATE');
          for (const one of come) counters.add(one, one.state, 1);
          const after = [...model, ...come];
          for (const one of after.splice(0, go)) counters.add(one, one.state, -1);
          counters.flush();
          writer.exec(commit ? 'COMMIT' : 'ROLLBACK');
          if (commit) {
            counters.committed();
            model = after;
          } else counters.undone();
        }
        for (const read of [counters, new Counters(writer)]) {
          for (const filter of asked) expect(read.total(filter)).toBe(model.filter((one) => isMatch(one, filter)).length);
          for (const state of jobStates) expect(read.byState()[state]).toBe(model.filter((one) => one.state === state).length);
          for (const dimension of ['queue', 'task'] as const) {
            const groups = read.by(dimension);
            expect(Object.keys(groups).sort()).toEqual([...new Set(model.map((one) => one[dimension]))].sort());
            for (const [name, counts] of Object.entries(groups)) {
              const mine = model.filter((one) => one[dimension] === name);
              for (const state of jobStates) expect(counts[state]).toBe(mine.filter((one) => one.state === state).length);
            }
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test('believe nothing before the commit', () => {
    const { writer } = temporaryDatabase();
    const counters = new Counters(writer);
    counters.add({ queue: 'default', task: 'a', mode: 'async' }, 'available', 1);
    counters.flush();
    expect(counters.total({})).toBe(0);
    counters.committed();
    expect(counters.total({})).toBe(1);
  });

  test('refuse to go below nothing: that would be a mistake somewhere else', () => {
    const counters = new Counters(temporaryDatabase().writer);
    counters.add({ queue: 'default', task: 'a', mode: 'async' }, 'dead', -1);
    expect(() => counters.flush()).toThrow(/CHECK/);
  });
});
