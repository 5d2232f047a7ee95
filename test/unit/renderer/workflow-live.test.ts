import { expect, test } from 'vitest';
import type { EngineEvent } from '../../../contract/events.ts';
import type { StateCounts } from '../../../contract/resources.ts';
import type { JobState } from '../../../contract/states.ts';
import { jobStates } from '../../../contract/states.ts';
import type { Workflow, WorkflowJob, WorkflowState, WorkflowSummary } from '../../../contract/workflow.ts';
import { isStale, withJobEvents, withPage, withProgress, withWorkflowEvents } from '../../../renderer/features/workflows/workflow-live.ts';
import { countWords, tellingState, waitWords, workflowActions } from '../../../renderer/features/workflows/workflow-words.ts';

const counts = (part: Partial<StateCounts>): StateCounts => ({
  ...(Object.fromEntries(jobStates.map((state) => [state, 0])) as StateCounts),
  ...part,
});

const summary = (id: string, state: WorkflowState = 'running'): WorkflowSummary => ({
  ...{ id, name: null, state, counts: counts({ executing: 1 }), createdAt: '2026-11-22T12:00:00.000Z', finishedAt: null },
});

const job = (id: string, state: JobState): WorkflowJob => ({
  ...{ name: `step ${id}`, id, state, dependsOn: [], onFailure: {}, waitsFor: 0, task: 'shell.run', attempt: 0, maxAttempts: 1 },
  ...{ startedAt: null, finishedAt: null, error: null },
});

const workflow: Workflow = {
  ...summary('w'),
  ...{ counts: counts({ executing: 1, blocked: 1 }), onFailure: 'block', onComplete: null },
  jobs: [job('1', 'executing'), job('2', 'blocked')],
};

const jobEvent = (workflowId: string, id: string, state: JobState) =>
  ({ type: 'job.changed', at: '', job: { ...job(id, state), workflowId } }) as unknown as EngineEvent;
const event = (type: string, about: WorkflowSummary) => ({ type, at: '', workflow: about }) as EngineEvent;

test('events of its jobs move a workflow and its counts; those of others leave it the same object', () => {
  const next = withJobEvents(workflow, [jobEvent('w', '1', 'completed'), jobEvent('w', '2', 'available'), jobEvent('v', '1', 'dead')]);
  expect(next.jobs.map(({ state }) => state)).toEqual(['completed', 'available']);
  expect(next.counts).toEqual(counts({ completed: 1, available: 1 }));
  expect(withJobEvents(workflow, [jobEvent('v', '1', 'dead')])).toBe(workflow);
  expect(withJobEvents(workflow, [event('workflow.changed', summary('w', 'failed'))]).state).toBe('failed');
});

test('a job that it did not have asks for the workflow to be read again', () => {
  const known = new Set(workflow.jobs.map(({ id }) => id));
  const stale = (about: EngineEvent) => isStale('w', known, about);
  expect([jobEvent('w', '1', 'dead'), jobEvent('v', '3', 'dead')].some(stale)).toBe(false);
  expect(stale(jobEvent('w', '3', 'available'))).toBe(true);
});

test('the list follows what is made, changed and deleted, within what it is narrowed to and what was read', () => {
  const list = withPage({ workflows: [], next: null }, { workflows: [summary('5'), summary('3')], next: 'more' });
  const made = withWorkflowEvents(list, [event('workflow.created', summary('6')), event('workflow.created', summary('4'))], null);
  expect(made.workflows.map(({ id }) => id)).toEqual(['6', '5', '4', '3']);
  // Beyond what was read: it comes with its page.
  expect(withWorkflowEvents(list, [event('workflow.changed', summary('1'))], null)).toBe(list);
  expect(withWorkflowEvents(list, [event('workflow.changed', summary('5', 'completed'))], 'running').workflows.map(({ id }) => id)).toEqual(
    ['3'],
  );
  expect(withWorkflowEvents(list, [event('workflow.deleted', summary('3'))], null).workflows.map(({ id }) => id)).toEqual(['5']);
});

test('those that run show how far they are; one that ended while that was read stays ended', () => {
  const list = { workflows: [summary('5', 'completed'), summary('3')], next: null };
  const named = (id: string) => ({ ...summary(id), name: 'new' });
  expect(withProgress(list, [named('5'), named('3'), named('9')]).workflows).toEqual([summary('5', 'completed'), named('3')]);
  expect(withProgress(list, [named('9')])).toBe(list);
});

test('a group shows the state that needs someone most, and a blocked job what it waits for, what failed first', () => {
  expect(tellingState(['completed', 'executing', 'dead'])).toBe('dead');
  expect(tellingState(['completed', 'blocked'])).toBe('blocked');
  expect(tellingState(['completed', 'completed'])).toBe('completed');
  const states: Record<string, JobState> = { a: 'completed', b: 'executing', c: 'dead', d: 'blocked' };
  const words = (dependsOn: string[]) => waitWords({ dependsOn }, (name) => states[name]);
  expect(words(['a'])).toBeNull();
  expect(words(['a', 'b'])).toBe('b');
  expect(words(['b', 'c', 'd'])).toBe('c (dead) and 2 others');
});

test('what may be done to a workflow follows from the states of its jobs', () => {
  expect(countWords(counts({ completed: 1200, dead: 2, executing: 1 }))).toBe('1,200 of 1,203 done, 2 dead, 1 running');
  expect(workflowActions({ state: 'running', counts: counts({ executing: 1 }) })).toMatchObject({
    cancel: null,
    delete: expect.any(String),
  });
  expect(workflowActions({ state: 'failed', counts: counts({ dead: 1, blocked: 1 }) })).toMatchObject({ cancel: null, retry: null });
  expect(workflowActions({ state: 'completed', counts: counts({ completed: 2 }) })).toMatchObject({
    ...{ cancel: expect.any(String), retry: expect.any(String), delete: null },
  });
});
