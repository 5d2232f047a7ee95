import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import { findCycle, readGraph } from '../../../engine/queue/workflow-graph.ts';

type Jobs = Parameters<typeof readGraph>[0]['jobs'];

const read = (jobs: Jobs, more: { onComplete?: { name: string } } = {}) => readGraph({ onFailure: 'block', jobs, ...more });
const faults = (jobs: Jobs, more = {}) => {
  const answer = read(jobs, more);
  return 'errors' in answer ? answer.errors : [];
};

describe('the graph of a workflow', () => {
  test('has an edge for each dependency, with its own policy or the workflow’s', () => {
    const answer = readGraph({
      onFailure: 'cancel',
      jobs: [{ name: 'a' }, { name: 'b', dependsOn: ['a'] }, { name: 'c', dependsOn: [{ job: 'a', onFailure: 'continue' }, { job: 'b' }] }],
      onComplete: { name: 'done' },
    });
    expect(answer).toEqual({
      graph: {
        names: ['a', 'b', 'c', 'done'],
        edges: [
          { parent: 0, child: 1, onFailure: 'cancel' },
          { parent: 0, child: 2, onFailure: 'continue' },
          { parent: 1, child: 2, onFailure: 'cancel' },
          ...[0, 1, 2].map((parent) => ({ parent, child: 3, onFailure: 'continue' })),
        ],
      },
    });
  });

  test.each<[string, Jobs, string, string]>([
    ['a name that comes twice', [{ name: 'a' }, { name: 'a' }], '/jobs/1/name', '"a" is the name of /jobs/0 already'],
    ['a name that is not there', [{ name: 'a', dependsOn: ['b'] }], '/jobs/0/dependsOn/0', 'no job named "b"'],
    ['a job that waits for itself', [{ name: 'a', dependsOn: ['a'] }], '/jobs/0/dependsOn/0', 'would wait for itself'],
    [
      'a job that is named twice',
      [{ name: 'a' }, { name: 'b', dependsOn: ['a', 'a'] }],
      '/jobs/1/dependsOn/1',
      'stands in this list already',
    ],
    [
      'a cycle',
      [{ name: 'x' }, { name: 'a', dependsOn: ['x', 'c'] }, { name: 'b', dependsOn: ['a'] }, { name: 'c', dependsOn: [{ job: 'b' }] }],
      '/jobs/1/dependsOn/1',
      '"a" → "b" → "c" → "a"',
    ],
  ])('%s is refused where it stands', (_, jobs, path, message) => {
    expect(faults(jobs)).toEqual([{ path, message: expect.stringContaining(message) }]);
  });

  test('a callback whose name is taken is refused', () => {
    expect(faults([{ name: 'done' }], { onComplete: { name: 'done' } })).toMatchObject([{ path: '/onComplete/name' }]);
  });

  test('more dependencies than are allowed are refused, and of many faults twenty are told', () => {
    const many = Math.ceil(Math.sqrt(limits.workflowEdges)) + 1;
    const parents = Array.from({ length: many }, (_, n) => ({ name: `p${n}` }));
    const children = Array.from({ length: many }, (_, n) => ({ name: `c${n}`, dependsOn: parents.map(({ name }) => name) }));
    expect(faults([...parents, ...children])).toMatchObject([{ path: '/jobs', message: expect.stringContaining('at most') }]);
    expect(faults(Array.from({ length: 50 }, (_, n) => ({ name: `${n}`, dependsOn: ['nobody'] })))).toHaveLength(20);
  });
});

const size = 12;
const edges = fc.uniqueArray(
  fc
    .record({ parent: fc.nat(size - 1), child: fc.nat(size - 1), onFailure: fc.constant('block' as const) })
    .filter(({ parent, child }) => parent !== child),
  { selector: ({ parent, child }) => parent * size + child, maxLength: 40 },
);

describe('looking for a cycle', () => {
  test('what goes from smaller to larger numbers, in whatever order they are renamed, has none', () => {
    const renamed = fc.shuffledSubarray(
      Array.from({ length: size }, (_, n) => n),
      { minLength: size },
    );
    fc.assert(
      fc.property(edges, renamed, (given, names) => {
        const forward = given.map(({ parent, child, onFailure }) => ({
          parent: names[Math.min(parent, child)] ?? 0,
          child: names[Math.max(parent, child)] ?? 0,
          onFailure,
        }));
        expect(findCycle(size, forward)).toBeNull();
      }),
    );
  });

  test('it is found exactly where a job can be reached from itself, and each of it is a parent of the next', () => {
    fc.assert(
      fc.property(edges, (given) => {
        const cycle = findCycle(size, given);
        expect(cycle !== null).toBe(reachesItself(given));
        for (const [index, parent] of (cycle ?? []).entries()) {
          const child = cycle?.[(index + 1) % cycle.length];
          expect(given.some((edge) => edge.parent === parent && edge.child === child)).toBe(true);
        }
      }),
    );
  });
});

/** The slow way: the closure of all paths (Warshall). */
function reachesItself(given: readonly { parent: number; child: number }[]): boolean {
  const reach = Array.from({ length: size }, () => new Set<number>());
  for (const { parent, child } of given) reach[parent]?.add(child);
  for (let middle = 0; middle < size; middle++)
    for (const from of reach) if (from.has(middle)) for (const to of reach[middle] ?? []) from.add(to);
  return reach.some((from, job) => from.has(job));
}
