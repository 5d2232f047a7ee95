/** Workflows as people read them. */

import { jobStates, stateWords } from '../contract/states.ts';
import type { Workflow, WorkflowState, WorkflowSummary } from '../contract/workflow.ts';
import { formatRelative } from './durations.ts';
import type { Paint, Style } from './paint.ts';
import { stateLabel, stateMarks } from './paint.ts';
import type { Cell, Column } from './table.ts';
import { renderFacts, renderTable } from './table.ts';
import { oneLine } from './text.ts';

const stateStyles: Readonly<Record<WorkflowState, Style>> = { running: 'cyan', completed: 'green', failed: 'red', cancelled: 'gray' };

const listColumns: readonly Column[] = [
  { title: 'ID' },
  { title: 'NAME', least: 8 },
  { title: 'STATE' },
  { title: 'JOBS', least: 10 },
  { title: 'SUBMITTED' },
];
const jobColumns: readonly Column[] = [
  { title: 'NAME', least: 8 },
  { title: 'STATE' },
  { title: 'ID' },
  { title: 'TASK', least: 8 },
  { title: 'AFTER', least: 8 },
  { title: 'ERROR', least: 8 },
];

export function renderWorkflows(workflows: readonly WorkflowSummary[], now: number, paint: Paint): string {
  const rows = workflows.map((workflow): Cell[] => [
    workflow.id,
    workflow.name === null ? '–' : oneLine(workflow.name),
    { text: workflow.state, style: stateStyles[workflow.state] },
    jobsOf(workflow),
    formatRelative(workflow.createdAt, now),
  ]);
  return renderTable(listColumns, rows, paint).join('\n');
}

/** `3 completed, 1 dead`. */
function jobsOf({ counts }: WorkflowSummary): string {
  return jobStates.flatMap((state) => (counts[state] > 0 ? `${counts[state]} ${stateWords[state].toLowerCase()}` : [])).join(', ');
}

/** Everything of one workflow. */
export function renderWorkflow(workflow: Workflow, now: number, paint: Paint): string {
  const facts = renderFacts(
    [
      ['name', workflow.name === null ? null : oneLine(workflow.name)],
      ['state', paint.style(stateStyles[workflow.state], workflow.state)],
      ['jobs', jobsOf(workflow)],
      ['on failure', workflow.onFailure],
      ['callback', workflow.onComplete],
      ['submitted', `${workflow.createdAt} (${formatRelative(workflow.createdAt, now)})`],
      ['ended', workflow.finishedAt === null ? null : `${workflow.finishedAt} (${formatRelative(workflow.finishedAt, now)})`],
    ],
    paint,
  );
  const rows = workflow.jobs.map(({ name, state, id, task, dependsOn, error }): Cell[] => [
    oneLine(name),
    { text: stateLabel(state, paint), style: stateMarks[state].style },
    id,
    task,
    name === workflow.onComplete ? 'all others' : dependsOn.map(oneLine).join(', '),
    error === null ? '' : { text: oneLine(`${error.name}: ${error.message}`), style: 'red' },
  ]);
  return [workflow.id, ...facts, '', ...renderTable(jobColumns, rows, paint)].join('\n');
}
