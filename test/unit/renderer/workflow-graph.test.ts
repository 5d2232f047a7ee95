import { expect, test } from 'vitest';
import type { FailurePolicy } from '../../../contract/workflow.ts';
import type { Graph } from '../../../renderer/features/workflows/graph-groups.ts';
import { graphOf, nodesMost } from '../../../renderer/features/workflows/graph-groups.ts';
import { layoutOf, nodeHeight, nodeWidth, pathText } from '../../../renderer/features/workflows/graph-layout.ts';
import { seededRandom } from '../../support/seeded-random.ts';

type Given = { name: string; after?: string[]; task?: string; policy?: FailurePolicy };

function graphOfGiven(given: readonly Given[], onComplete: string | null = null): Graph {
  const jobs = given.map(({ name, after = [], task = 'shell.run', policy = 'block' }) => ({
    ...{ name, task, dependsOn: after },
    onFailure: Object.fromEntries(after.map((parent) => [parent, policy])),
  }));
  return graphOf({ jobs, onComplete });
}

const fanOut = (width: number): Given[] => [
  { name: 'list' },
  ...Array.from({ length: width }, (_, n) => [
    { name: `convert-${n}`, after: ['list'] },
    { name: `upload-${n}`, after: [`convert-${n}`] },
  ]).flat(),
  { name: 'report', after: Array.from({ length: width }, (_, n) => `upload-${n}`) },
];

function randomGiven(count: number, reach: number, random: () => number): Given[] {
  return Array.from({ length: count }, (_, n) => ({
    name: `step ${n}`,
    task: ['a', 'b', 'c'][Math.floor(random() * 3)] ?? 'a',
    after: n === 0 ? [] : [...new Set([1, 2].map(() => `step ${Math.max(0, n - 1 - Math.floor(random() * reach))}`))],
  }));
}

test('a small workflow is drawn job by job, with the policy of each edge', () => {
  const graph = graphOfGiven([
    { name: 'fetch' },
    { name: 'sort', after: ['fetch'], policy: 'cancel' },
    { name: 'send', after: ['fetch', 'sort'], policy: 'continue' },
  ]);
  expect(graph.nodes.map(({ id }) => id)).toEqual(['fetch', 'sort', 'send']);
  expect(graph.edges).toEqual([
    { from: 'fetch', to: 'sort', policy: 'cancel' },
    { from: 'fetch', to: 'send', policy: 'continue' },
    { from: 'sort', to: 'send', policy: 'continue' },
  ]);
});

test('a fan-out of chains becomes one node a step, named by what its jobs have in common', () => {
  const graph = graphOfGiven(fanOut(400));
  expect(graph.nodes.map(({ label, members }) => [label, members.length])).toEqual([
    ['list', 1],
    ['convert', 400],
    ['upload', 400],
    ['report', 1],
  ]);
  expect(graph.edges).toHaveLength(3);
});

test('an edge that stands for edges of different policies says so', () => {
  const given = fanOut(100).map((job, at) => (at % 20 === 1 ? { ...job, policy: 'cancel' as const } : job));
  const { edges, nodes } = graphOfGiven(given);
  // Those that are cancelled where others are blocked are not alike, and stand apart.
  expect(nodes.map(({ members }) => members.length).sort()).toEqual([1, 1, 10, 10, 90, 90].sort());
  expect(new Set(edges.map(({ policy }) => policy))).toEqual(new Set(['block', 'cancel']));
  const mixed = graphOfGiven(
    Array.from({ length: 3 * nodesMost }, (_, n) => ({
      name: `step ${n}`,
      ...(n < 3
        ? {}
        : { after: [`step ${n - (n % 3) - 3 + ((n * 7) % 3)}`], policy: n % 2 === 0 ? ('cancel' as const) : ('block' as const) }),
    })),
  );
  expect(mixed.edges.some(({ policy }) => policy === 'mixed')).toBe(true);
});

test('the callback stands after everything, and its edges come from the ends alone', () => {
  const graph = graphOfGiven(
    [{ name: 'one' }, { name: 'two', after: ['one'] }, { name: 'three', after: ['one'] }, { name: 'last', after: ['one', 'two', 'three'] }],
    'last',
  );
  expect(graph.edges.filter(({ to }) => to === 'last').map(({ from }) => from)).toEqual(['two', 'three']);
});

test.each([
  ['a chain of 10,000', Array.from({ length: 10_000 }, (_, n) => ({ name: `link ${n}`, after: n === 0 ? [] : [`link ${n - 1}`] }))],
  ['5,000 with neighbours at random', randomGiven(5_000, 60, seededRandom(7))],
  ['10,000 side by side', Array.from({ length: 10_000 }, (_, n) => ({ name: `alone ${n}` }))],
])('%s are drawn with few nodes, every job in exactly one, and without a cycle', (_, given) => {
  const graph = graphOfGiven(given);
  expect(graph.nodes.length).toBeLessThanOrEqual(nodesMost);
  const places = graph.nodes.flatMap(({ members }) => members);
  expect(places).toHaveLength(given.length);
  expect(new Set(places).size).toBe(given.length);
  const { places: drawn } = layoutOf(graph);
  for (const { from, to } of graph.edges) expect(drawn.get(from)?.x).toBeLessThan(drawn.get(to)?.x ?? Number.NaN);
});

test.each([1, 2, 3, 4, 5])('nodes never overlap, and every edge goes from the side of one to the side of the other (%i)', (seed) => {
  const graph = graphOfGiven(randomGiven(55, 8, seededRandom(seed)));
  const { places, paths, columns, width, height } = layoutOf(graph);
  expect(columns.flat()).toHaveLength(graph.nodes.length);
  for (const column of columns) {
    for (const [at, id] of column.entries()) {
      const next = column[at + 1];
      if (next !== undefined) expect((places.get(next)?.y ?? 0) - (places.get(id)?.y ?? 0)).toBeGreaterThanOrEqual(nodeHeight);
    }
  }
  for (const { x, y } of places.values()) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + nodeWidth).toBeLessThanOrEqual(width);
    expect(y).toBeGreaterThanOrEqual(-0.001);
    expect(y + nodeHeight).toBeLessThanOrEqual(height + 0.001);
  }
  for (const [at, { from, to }] of graph.edges.entries()) {
    const start = places.get(from);
    const end = places.get(to);
    expect(paths[at]?.[0]).toEqual({ x: (start?.x ?? 0) + nodeWidth, y: (start?.y ?? 0) + nodeHeight / 2 });
    expect(paths[at]?.at(-1)).toEqual({ x: end?.x, y: (end?.y ?? 0) + nodeHeight / 2 });
  }
});

test('a chain lies in one line, and a long edge is led around what it passes', () => {
  const straight = layoutOf(graphOfGiven([{ name: 'a' }, { name: 'b', after: ['a'] }, { name: 'c', after: ['b'] }]));
  expect(new Set([...straight.places.values()].map(({ y }) => y)).size).toBe(1);
  const around = layoutOf(graphOfGiven([{ name: 'a' }, { name: 'b', after: ['a'] }, { name: 'c', after: ['b', 'a'] }]));
  const bend = around.paths[2]?.[1];
  const passed = around.places.get('b');
  expect(bend?.x).toBe(passed?.x);
  expect(bend && passed && (bend.y < passed.y || bend.y > passed.y + nodeHeight)).toBe(true);
  expect(pathText(around.paths[2] ?? [])).toMatch(/^M\S+ \S+C.+L\S+ \S+C/);
});
