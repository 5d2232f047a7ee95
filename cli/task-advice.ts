import { type AdviceCriterion, adviceCriteria, comparedModes } from '../contract/advice.ts';
import type { Task } from '../contract/resources.ts';
import type { Paint } from './paint.ts';
import type { Cell, Column } from './table.ts';
import { renderTable } from './table.ts';
import { indent, oneLine } from './text.ts';

const criterionWords: Readonly<Record<AdviceCriterion, string>> = {
  latency: 'latency',
  simplicity: 'simplicity',
  userExperience: 'user experience',
  errorHandling: 'error handling',
  throughput: 'throughput',
  resources: 'resources',
  debugging: 'debugging',
  consistency: 'consistency',
};

const columns: readonly Column[] = [{ title: '' }, { title: 'SYNC' }, { title: 'ASYNC' }, { title: 'HYBRID' }, { title: 'WHY', least: 20 }];

/** How a task is best called, and what goes wrong in how it is: the advice, its reasons, the matrix, the warnings. */
export function renderAdvice({ advice, usage }: Task, paint: Paint): string[] {
  const { mode, reasons, confidence, wouldChange, matrix, warnings } = advice;
  const narrower = paint.width === null ? paint : { ...paint, width: paint.width - 2 };
  const told = mode === 'hybrid' ? 'async' : mode === 'wait' ? 'sync' : mode;
  const rows = adviceCriteria.flatMap((criterion): Cell[][] => {
    const row = matrix.find((candidate) => candidate.criterion === criterion);
    // Of three sentences the one about what is advised fits a line; the others are in --json and in the window.
    return row ? [[criterionWords[criterion], ...comparedModes.map((compared) => rating(row[compared].rating)), row[told].why]] : [];
  });
  const calls = usage.sync + usage.async + usage.hybrid + usage.auto;
  return [
    `${paint.style('dim', 'advice')}  ${paint.style('bold', mode)}, ${Math.round(confidence * 100)} % sure`,
    ...reasons.map((reason) => `  ${oneLine(reason)}`),
    ...wouldChange.map((change) => `  ${paint.style('dim', oneLine(change))}`),
    ...(rows.length === 0 ? [] : ['', indent(renderTable(columns, rows, narrower).join('\n'), '  ')]),
    '',
    `${paint.style('dim', 'calls, 7 days')}  ${calls === 0 ? 'none' : `${usage.sync} sync, ${usage.async} async, ${usage.hybrid} hybrid, ${usage.auto} auto`}`,
    ...warnings.map(({ message }) => `  ${paint.style('yellow', '!')} ${oneLine(message)}`),
  ];
}

function rating(stars: number): string {
  return `${stars}/5`;
}
