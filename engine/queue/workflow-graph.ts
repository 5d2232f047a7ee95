/** Which job of a workflow waits for which. Pure. */

import type { FieldError } from '../../contract/errors.ts';
import { limits } from '../../contract/limits.ts';
import type { FailurePolicy, WorkflowInput } from '../../contract/workflow.ts';

/** Positions in the list of jobs; the callback stands behind the last of them. */
export type Edge = { parent: number; child: number; onFailure: FailurePolicy };
export type Graph = { names: string[]; edges: Edge[] };

type GraphInput = {
  onFailure: FailurePolicy;
  jobs: readonly Pick<WorkflowInput['jobs'][number], 'name' | 'dependsOn'>[];
  onComplete?: { name: string } | null | undefined;
};

const shownErrors = 20;
/** Names of a long cycle that are shown. */
const shownNames = 20;

/** The edges, with their policies; or everything that is wrong, by JSON Pointer. */
export function readGraph({ onFailure, jobs, onComplete }: GraphInput): { graph: Graph } | { errors: FieldError[] } {
  const errors: FieldError[] = [];
  const positions = new Map<string, number>();
  for (const [position, { name }] of jobs.entries()) {
    const first = positions.get(name);
    if (first === undefined) positions.set(name, position);
    else errors.push({ path: `/jobs/${position}/name`, message: `"${name}" is the name of /jobs/${first} already` });
  }
  const edges: Edge[] = [];
  for (const [child, { name, dependsOn = [] }] of jobs.entries()) {
    const seen = new Set<number>();
    for (const [index, dependency] of dependsOn.entries()) {
      const { job, onFailure: policy } = typeof dependency === 'string' ? { job: dependency } : dependency;
      const parent = positions.get(job);
      const fault = faultOf(job, name, parent, parent !== undefined && seen.has(parent));
      if (fault !== null) errors.push({ path: `/jobs/${child}/dependsOn/${index}`, message: fault });
      else if (parent !== undefined) {
        seen.add(parent);
        edges.push({ parent, child, onFailure: policy ?? onFailure });
      }
    }
  }
  const names = jobs.map(({ name }) => name);
  if (onComplete) {
    if (positions.has(onComplete.name))
      errors.push({ path: '/onComplete/name', message: `"${onComplete.name}" is the name of one of the jobs; give another` });
    names.push(onComplete.name);
  }
  if (edges.length > limits.workflowEdges)
    errors.push({ path: '/jobs', message: `must hold at most ${limits.workflowEdges} dependencies in all, not ${edges.length}` });
  if (errors.length > 0) return { errors: errors.slice(0, shownErrors) };
  const cycle = findCycle(jobs.length, edges);
  if (cycle) return { errors: [cycleError(cycle, jobs)] };
  // Whatever became of the others, and however many there are.
  if (onComplete) for (const parent of jobs.keys()) edges.push({ parent, child: jobs.length, onFailure: 'continue' });
  return { graph: { names, edges } };
}

function faultOf(job: string, own: string, parent: number | undefined, again: boolean): string | null {
  if (job === own) return `"${own}" would wait for itself`;
  if (parent === undefined) return `there is no job named "${job}" in this workflow`;
  return again ? `"${job}" stands in this list already` : null;
}

/**
 * The positions of a cycle, each a parent of the next and the last one of the first; null without any. Takes away jobs
 * whose parents are all taken (Kahn 1962); of what is left every job has a parent that is left, so going from
 * parent to parent must come round.
 */
export function findCycle(jobs: number, edges: readonly Edge[]): number[] | null {
  const parents: number[][] = Array.from({ length: jobs }, () => []);
  const children: number[][] = Array.from({ length: jobs }, () => []);
  for (const { parent, child } of edges) {
    parents[child]?.push(parent);
    children[parent]?.push(child);
  }
  const left = parents.map((own) => own.length);
  const free = left.flatMap((count, job) => (count === 0 ? job : []));
  for (const job of free) {
    for (const child of children[job] ?? []) {
      const count = (left[child] ?? 0) - 1;
      left[child] = count;
      if (count === 0) free.push(child);
    }
  }
  if (free.length === jobs) return null;
  const path: number[] = [];
  const places = new Map<number, number>();
  let job = left.findIndex((count) => count > 0);
  for (;;) {
    const place = places.get(job);
    if (place !== undefined) return fromFirst(path.slice(place).reverse());
    places.set(job, path.length);
    path.push(job);
    const parent = parents[job]?.find((candidate) => (left[candidate] ?? 0) > 0);
    if (parent === undefined) throw new Error(`job ${job} is in no cycle, yet left`);
    job = parent;
  }
}

/** Told from the job that was given first. */
function fromFirst(cycle: readonly number[]): number[] {
  const start = cycle.indexOf(cycle.reduce((first, job) => Math.min(first, job)));
  return [...cycle.slice(start), ...cycle.slice(0, start)];
}

function cycleError(cycle: readonly number[], jobs: GraphInput['jobs']): FieldError {
  const nameOf = (position: number) => jobs[position]?.name ?? '';
  const [first = 0] = cycle;
  const last = cycle.at(-1) ?? first;
  const index = (jobs[first]?.dependsOn ?? []).findIndex(
    (dependency) => (typeof dependency === 'string' ? dependency : dependency.job) === nameOf(last),
  );
  const names = cycle.slice(0, shownNames).map((position) => `"${nameOf(position)}"`);
  const more = cycle.length > shownNames ? ` → … ${cycle.length - shownNames} more …` : '';
  return {
    path: `/jobs/${first}/dependsOn/${index}`,
    message: `closes a cycle, in which each waits for the one before it: ${names.join(' → ')}${more} → "${nameOf(first)}"`,
  };
}
