/**
 * A workflow as nodes and edges that fit on a screen: what is alike is drawn as one. Pure; where jobs stand in the graph never changes
 * after their submission, so this is computed once for a workflow, and states are looked up in it.
 */

import type { FailurePolicy, Workflow, WorkflowJob } from '../../../contract/workflow.ts';

export type GraphNode = {
  /** The name of the first of its jobs. */
  id: string;
  label: string;
  /** Places in the workflow's list of jobs; one for a job of its own. */
  members: readonly number[];
};
export type GraphEdge = {
  from: string;
  to: string;
  /** `mixed`: the edges that this one stands for differ. */
  policy: FailurePolicy | 'mixed';
};
export type Graph = { nodes: readonly GraphNode[]; edges: readonly GraphEdge[] };

type Shape = Pick<WorkflowJob, 'name' | 'task' | 'dependsOn' | 'onFailure'>;
type Link = { job: number; policy: FailurePolicy };

/** Up to so many jobs each stands for itself. */
const singlesMost = 60;
/** Fewer that are alike are not worth hiding. */
const groupLeast = 4;
/** More nodes than this are neither looked at nor drawn smoothly. */
export const nodesMost = 240;
/** Neighbours of neighbours this far away tell jobs apart. */
const rounds = 6;

export function graphOf({ jobs, onComplete }: { jobs: readonly Shape[]; onComplete: Workflow['onComplete'] }): Graph {
  const { parents, children } = linksOf(jobs, onComplete);
  const depths = depthsOf(parents, children);
  const groups = jobs.length <= singlesMost ? jobs.map((_, place) => [place]) : groupsOf(jobs, parents, children, depths);
  groups.sort((one, other) => (depths[one[0] ?? 0] ?? 0) - (depths[other[0] ?? 0] ?? 0) || (one[0] ?? 0) - (other[0] ?? 0));
  const nodes = groups.map((members) => ({ id: jobs[members[0] ?? 0]?.name ?? '', label: labelOf(jobs, members), members }));
  const nodeOf = new Map(nodes.flatMap(({ id, members }) => members.map((place) => [place, id] as const)));
  const edges = new Map<string, GraphEdge>();
  for (const [place, links] of parents.entries()) {
    const to = nodeOf.get(place) ?? '';
    for (const { job, policy } of links) {
      const from = nodeOf.get(job) ?? '';
      if (from === to) continue;
      const key = JSON.stringify([from, to]);
      const known = edges.get(key);
      edges.set(key, { from, to, policy: known === undefined || known.policy === policy ? policy : 'mixed' });
    }
  }
  return { nodes, edges: [...edges.values()] };
}

/** The callback waits for everything; its edges are drawn from those only that nothing else waits for. */
function linksOf(jobs: readonly Shape[], onComplete: string | null): { parents: Link[][]; children: number[][] } {
  const places = new Map(jobs.map(({ name }, place) => [name, place]));
  const parents: Link[][] = jobs.map(() => []);
  const children: number[][] = jobs.map(() => []);
  const connect = (from: number, to: number, policy: FailurePolicy) => {
    parents[to]?.push({ job: from, policy });
    children[from]?.push(to);
  };
  for (const [place, { name, dependsOn, onFailure }] of jobs.entries()) {
    if (name === onComplete) continue;
    for (const parent of dependsOn) {
      const from = places.get(parent);
      if (from !== undefined) connect(from, place, onFailure[parent] ?? 'block');
    }
  }
  const last = onComplete === null ? undefined : places.get(onComplete);
  if (last === undefined) return { parents, children };
  const ends = jobs.flatMap((_, place) => (place !== last && children[place]?.length === 0 ? [place] : []));
  for (const end of ends) connect(end, last, 'continue');
  return { parents, children };
}

/** The longest way to each from a job that waits for none. */
function depthsOf(parents: readonly Link[][], children: readonly number[][]): number[] {
  const depths = parents.map(() => 0);
  const left = parents.map(({ length }) => length);
  const ready = left.flatMap((count, place) => (count === 0 ? [place] : []));
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    for (const child of children[next] ?? []) {
      depths[child] = Math.max(depths[child] ?? 0, (depths[next] ?? 0) + 1);
      left[child] = (left[child] ?? 0) - 1;
      if (left[child] === 0) ready.push(child);
    }
  }
  return depths;
}

/**
 * The finest of four ways to tell jobs apart that gives few enough nodes. In all of them a group lies at one depth, or in a range of
 * depths that no other group shares, so that what is drawn has no cycle either.
 */
function groupsOf(
  jobs: readonly Shape[],
  parents: readonly Link[][],
  children: readonly number[][],
  depths: readonly number[],
): number[][] {
  const byDepthAndTask = depths.map((depth, place) => `${depth} ${jobs[place]?.task}`);
  const ways = [
    () => spread(gather(byNeighbours(byDepthAndTask, parents, children))),
    () => spread(gather(byDepthAndTask)),
    () => gather(byDepthAndTask),
    () => gather(depths.map(String)),
  ];
  for (const way of ways) {
    const groups = way();
    if (groups.length <= nodesMost) return groups;
  }
  const deepest = depths.reduce((most, depth) => Math.max(most, depth), 0);
  const span = Math.ceil((deepest + 1) / nodesMost);
  return gather(depths.map((depth) => String(Math.floor(depth / span))));
}

/** Colour refinement: jobs stay alike as long as their parents and children are. */
function byNeighbours(first: readonly string[], parents: readonly Link[][], children: readonly number[][]): string[] {
  let colours = numbered(first);
  let known = new Set(colours).size;
  for (let round = 0; round < rounds; round++) {
    const now = colours;
    const alike = (texts: string[]) => [...new Set(texts)].sort().join(',');
    const next = numbered(
      now.map((colour, place) => {
        const before = alike((parents[place] ?? []).map(({ job, policy }) => `${now[job]}${policy}`));
        return `${colour}|${before}|${alike((children[place] ?? []).map((child) => String(now[child])))}`;
      }),
    );
    const count = new Set(next).size;
    if (count === known) break;
    colours = next;
    known = count;
  }
  return colours.map(String);
}

function numbered(texts: readonly string[]): number[] {
  const numbers = new Map<string, number>();
  return texts.map((text) => {
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  });
}

function gather(colours: readonly string[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [place, colour] of colours.entries()) {
    const group = groups.get(colour);
    if (group) group.push(place);
    else groups.set(colour, [place]);
  }
  return [...groups.values()];
}

function spread(groups: readonly number[][]): number[][] {
  return groups.flatMap((group) => (group.length < groupLeast ? group.map((place) => [place]) : [group]));
}

/** Of a group what its names begin with, else its task. */
function labelOf(jobs: readonly Shape[], members: readonly number[]): string {
  const first = jobs[members[0] ?? 0];
  if (members.length === 1 || !first) return first?.name ?? '';
  let length = first.name.length;
  for (const place of members) {
    const name = jobs[place]?.name ?? '';
    while (!name.startsWith(first.name.slice(0, length))) length -= 1;
  }
  const start = first.name.slice(0, length).replace(/[\s\d._:#-]+$/u, '');
  if (start.length > 1) return start;
  return members.every((place) => jobs[place]?.task === first.task) ? first.task : 'different tasks';
}
