import type { Json, JsonObject } from '../../contract/json.ts';
import type { Task } from '../../contract/resources.ts';
import type { RetryPolicy } from '../../contract/retry.ts';
import type { Command } from '../command.ts';
import { formatDuration } from '../durations.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Paint } from '../paint.ts';
import type { Cell, Column } from '../table.ts';
import { renderFacts, renderTable } from '../table.ts';
import { renderAdvice } from '../task-advice.ts';
import { harmless, indent, oneLine, shellQuoted } from '../text.ts';

export const tasks: Command = {
  name: 'tasks',
  group: 'Queues and tasks',
  summary: 'List the tasks, or show what one takes and gives',
  usage: '[NAME]',
  details: ['Your own tasks are the files of <home>/tasks/. One that does not load is listed with the reason.'],
  words: { least: 0, most: 1 },
  options: {},
  examples: [
    { command: 'switchyard tasks', about: 'what there is, and how long it takes' },
    { command: 'switchyard tasks image.convert', about: 'its input, with examples to copy' },
  ],
  async run({ words: [name] }, { connect, json, print, paint }) {
    const { client } = await connect();
    if (name !== undefined) {
      const task = await client.call('getTask', { params: { name } });
      await print(json ? JSON.stringify(task) : renderTask(task, paint));
      return exitCodes.done;
    }
    const page = await client.call('listTasks', {});
    if (json) await print(JSON.stringify(page));
    else await print(renderTasks(page.tasks, paint));
    return exitCodes.done;
  },
};

const columns: readonly Column[] = [
  { title: 'TASK', least: 12 },
  { title: 'LANE' },
  { title: 'RUNS', align: 'right' },
  { title: 'P50', align: 'right' },
  { title: 'P95', align: 'right' },
  { title: 'FAILS', align: 'right' },
  { title: 'ADVICE' },
  { title: 'WHAT IT DOES', least: 10 },
];

function renderTasks(all: readonly Task[], paint: Paint): string {
  const rows = all.map((task): Cell[] => [
    task.name,
    task.lane,
    String(Math.round(task.stats.samples)),
    milliseconds(task.stats.p50Ms),
    milliseconds(task.stats.p95Ms),
    share(task.stats.failureRate),
    task.stats.samples === 0 ? '–' : task.advice.mode,
    task.error === null ? task.title : { text: `does not load: ${task.error}`, style: 'red' },
  ]);
  return renderTable(columns, rows, paint).join('\n');
}

function milliseconds(ms: number | null): string {
  return ms === null ? '–' : formatDuration(ms);
}

function share(rate: number | null): string {
  return rate === null ? '–' : `${Math.round(rate * 100)} %`;
}

function renderTask(task: Task, paint: Paint): string {
  const { stats, defaults } = task;
  const lines = [`${paint.style('bold', task.name)}  ${oneLine(task.title)}`];
  if (task.description !== '') lines.push(harmless(task.description));
  if (task.error !== null)
    lines.push('', paint.style('red', `Does not load: ${harmless(task.error)}`), 'Jobs submitted for it wait until the file is mended.');
  const facts = renderFacts(
    [
      ['source', task.source],
      ['lane', task.lane],
      ['timeout', formatDuration(defaults.timeoutMs)],
      ['retries', retriesOf(defaults.retry)],
      ['at once', task.concurrency === null ? null : String(task.concurrency)],
      ['at once per key', String(task.concurrencyPerKey)],
      ['hybrid', hybridText(task)],
      [
        'measured',
        stats.samples === 0
          ? 'nothing yet'
          : `p50 ${milliseconds(stats.p50Ms)}, p95 ${milliseconds(stats.p95Ms)}, p99 ${milliseconds(stats.p99Ms)}, ${share(stats.failureRate)} failed`,
      ],
    ],
    paint,
  );
  lines.push(
    '',
    ...facts,
    '',
    ...renderAdvice(task, paint),
    '',
    paint.style('dim', 'input'),
    indent(renderSchema(task.input, paint), '  '),
  );
  lines.push('', paint.style('dim', 'result'), indent(renderSchema(task.result, paint), '  '));
  if (task.examples.length > 0) lines.push('', paint.style('dim', 'examples'));
  for (const example of task.examples) lines.push(`  switchyard submit ${task.name} --payload ${shellQuoted(JSON.stringify(example))}`);
  return lines.join('\n');
}

function hybridText({ predicts, rollsBack }: Task): string | null {
  const has = [...(predicts ? ['predicts its answer'] : []), ...(rollsBack ? ['rolls it back'] : [])];
  return has.length === 0 ? null : has.join(' and ');
}

function retriesOf({ maxAttempts, backoff, baseMs, delaysMs, retryForMs, rules }: RetryPolicy): string {
  if (maxAttempts === 1) return 'none, it is tried once';
  const delays = delaysMs ? `after ${delaysMs.map(formatDuration).join(', ')}` : `${backoff} from ${formatDuration(baseMs)}`;
  const age = retryForMs === undefined ? '' : `, for ${formatDuration(retryForMs)} at most`;
  const exceptions = rules ? `, ${rules.length} rules by error` : '';
  return `${maxAttempts} attempts, ${delays}${age}${exceptions}`;
}

/** The fields of an object schema; anything more intricate as it is. */
function renderSchema(schema: JsonObject, paint: Paint): string {
  const { properties, required } = schema;
  if (!isObject(properties)) return Object.keys(schema).length === 0 ? 'anything' : harmless(JSON.stringify(schema, null, 2));
  const needed = new Set(Array.isArray(required) ? required : []);
  const rows = Object.entries(properties).map(([name, property]): Cell[] => {
    const field = isObject(property) ? property : {};
    const fallback = field.default === undefined ? '' : ` (default: ${JSON.stringify(field.default)})`;
    const about = typeof field.description === 'string' ? field.description : '';
    return [name, typeOf(field), needed.has(name) ? 'required' : 'optional', `${about}${fallback}`.trim()];
  });
  if (rows.length === 0) return 'nothing';
  const titles: Column[] = [{ title: 'FIELD' }, { title: 'TYPE', least: 6 }, { title: '' }, { title: 'ABOUT', least: 10 }];
  const width = paint.width === null ? null : paint.width - 2;
  return renderTable(titles, rows, { ...paint, width }).join('\n');
}

function typeOf(field: JsonObject): string {
  if (Array.isArray(field.enum)) return field.enum.map((value) => JSON.stringify(value)).join(' | ');
  const alternatives = field.anyOf ?? field.oneOf;
  if (Array.isArray(alternatives)) return alternatives.map((each) => (isObject(each) ? typeOf(each) : 'any')).join(' | ');
  if (field.type === 'array') return `${isObject(field.items) ? typeOf(field.items) : 'any'}[]`;
  if (field.const !== undefined) return JSON.stringify(field.const);
  return Array.isArray(field.type) ? field.type.join(' | ') : typeof field.type === 'string' ? field.type : 'any';
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
