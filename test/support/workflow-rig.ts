/** Workflows of the rig: by the names of their jobs, as a test thinks of them. */

import type { JobState } from '../../contract/states.ts';
import { type Workflow, workflowSchema } from '../../contract/workflow.ts';
import type { FakeRun } from './fake-lanes.ts';
import type { QueueRig } from './queue-rig.ts';

type Dependency = string | { job: string; onFailure?: 'block' | 'cancel' | 'continue' };
export type GivenJob = { name: string; dependsOn?: Dependency[]; [field: string]: unknown };

/** Jobs of a task of which thousands run at once. */
export async function submitWorkflow(rig: QueueRig, jobs: GivenJob[], more: object = {}): Promise<Workflow> {
  const given = jobs.map((job) => ({ task: 'http.request', retry: { maxAttempts: 1 }, ...job }));
  const { workflow } = await rig.backend.submitWorkflow(workflowSchema.parse({ jobs: given, ...more }), undefined);
  await rig.turn();
  return workflow;
}

export const read = (rig: QueueRig, { id }: { id: string }): Promise<Workflow> => rig.backend.getWorkflow(id);

export async function statesOf(rig: QueueRig, workflow: { id: string }): Promise<Record<string, JobState>> {
  return Object.fromEntries((await read(rig, workflow)).jobs.map(({ name, state }) => [name, state]));
}

/** The id of the job that now stands under a name. */
export async function idOf(rig: QueueRig, workflow: { id: string }, name: string): Promise<string> {
  const job = (await read(rig, workflow)).jobs.find((candidate) => candidate.name === name);
  if (!job) throw new Error(`the workflow has no job ${name}`);
  return job.id;
}

export async function succeed(rig: QueueRig, workflow: { id: string }, name: string, value: unknown = null): Promise<FakeRun> {
  const id = await idOf(rig, workflow, name);
  const run = rig.lanes.runOf(id);
  rig.lanes.succeed(id, value);
  await rig.turn();
  return run;
}

export async function fail(rig: QueueRig, workflow: { id: string }, name: string): Promise<void> {
  rig.lanes.fail(await idOf(rig, workflow, name), `${name} failed`);
  await rig.turn();
}
