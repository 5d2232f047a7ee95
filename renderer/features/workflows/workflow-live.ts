/** A workflow, and a list of them, after what the event stream says. Pure. */

import type { EngineEvent } from '../../../contract/events.ts';
import type { JobSummary } from '../../../contract/job.ts';
import type { StateCounts } from '../../../contract/resources.ts';
import { jobStates } from '../../../contract/states.ts';
import type { Workflow, WorkflowJob, WorkflowState, WorkflowSummary } from '../../../contract/workflow.ts';

function countsOf(jobs: readonly WorkflowJob[]): StateCounts {
  const counts = Object.fromEntries(jobStates.map((state) => [state, 0])) as StateCounts;
  for (const { state } of jobs) counts[state] += 1;
  return counts;
}

/** The same one where no event is about it. Jobs that it does not know are not added: `isStale` asks for a fresh one. */
export function withJobEvents(workflow: Workflow, events: readonly EngineEvent[]): Workflow {
  const told = new Map<string, JobSummary>();
  let { state, finishedAt } = workflow;
  for (const event of events) {
    if ('workflow' in event && event.workflow.id === workflow.id) ({ state, finishedAt } = event.workflow);
    if ('job' in event && event.job.workflowId === workflow.id) told.set(event.job.id, event.job);
  }
  if (told.size === 0) return state === workflow.state ? workflow : { ...workflow, state, finishedAt };
  const jobs = workflow.jobs.map((job) => {
    const now = told.get(job.id);
    if (!now) return job;
    const { state: jobState, attempt, maxAttempts, startedAt, finishedAt: ended, error } = now;
    return { ...job, state: jobState, attempt, maxAttempts, startedAt, finishedAt: ended, error };
  });
  return { ...workflow, state, finishedAt, jobs, counts: countsOf(jobs) };
}

/** A retry puts new jobs into a workflow, under ids that it did not have. @param known the ids of its jobs */
export function isStale(workflowId: string, known: ReadonlySet<string>, event: EngineEvent): boolean {
  return 'job' in event && event.job.workflowId === workflowId && event.type !== 'job.deleted' && !known.has(event.job.id);
}

export type WorkflowList = {
  /** Newest first. */
  workflows: readonly WorkflowSummary[];
  /** Where the next page begins; null when all are here. */
  next: string | null;
};

export const noWorkflows: WorkflowList = { workflows: [], next: null };

export function withPage(list: WorkflowList, page: WorkflowList): WorkflowList {
  const known = new Set(list.workflows.map(({ id }) => id));
  return { workflows: [...list.workflows, ...page.workflows.filter(({ id }) => !known.has(id))], next: page.next };
}

/** Rows of those that run, with how far they are by now. One that has ended while that was read stays as it is. */
export function withProgress(list: WorkflowList, running: readonly WorkflowSummary[]): WorkflowList {
  const newer = new Map(running.map((workflow) => [workflow.id, workflow]));
  const progressOf = (workflow: WorkflowSummary) => (workflow.state === 'running' && newer.get(workflow.id)) || workflow;
  const workflows = list.workflows.map(progressOf);
  return workflows.every((workflow, at) => workflow === list.workflows[at]) ? list : { ...list, workflows };
}

/** @param wanted what the list is narrowed to; null: all states */
export function withWorkflowEvents(list: WorkflowList, events: readonly EngineEvent[], wanted: WorkflowState | null): WorkflowList {
  let { workflows } = list;
  for (const event of events) {
    if (!('workflow' in event)) continue;
    const { workflow } = event;
    const at = workflows.findIndex(({ id }) => id === workflow.id);
    const belongs = event.type !== 'workflow.deleted' && (wanted === null || workflow.state === wanted);
    if (at !== -1) workflows = belongs ? workflows.with(at, workflow) : workflows.toSpliced(at, 1);
    else if (belongs) {
      // Ids grow with time, and the newest stands first; one that lies beyond what was read comes with its page.
      const place = workflows.findIndex(({ id }) => id < workflow.id);
      if (place !== -1) workflows = workflows.toSpliced(place, 0, workflow);
      else if (list.next === null) workflows = [...workflows, workflow];
    }
  }
  return workflows === list.workflows ? list : { ...list, workflows };
}
