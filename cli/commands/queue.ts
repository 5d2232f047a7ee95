import type { Queue, QueuePatch, RateLimit } from '../../contract/resources.ts';
import type { Command, CommandContext, Input } from '../command.ts';
import { formatDuration, parseDuration } from '../durations.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';
import type { Paint } from '../paint.ts';
import type { Cell, Column } from '../table.ts';
import { renderTable } from '../table.ts';

const columns: readonly Column[] = [
  { title: 'QUEUE', least: 8 },
  { title: 'STATE' },
  { title: 'AT ONCE', align: 'right' },
  { title: 'WAITING', align: 'right' },
  { title: 'RUNNING', align: 'right' },
  { title: 'LATER', align: 'right' },
  { title: 'DEAD', align: 'right' },
  { title: 'OLDEST', align: 'right' },
  { title: 'RATE', align: 'right' },
  { title: 'MOST', align: 'right' },
];

function formatRate({ max, perMs }: RateLimit): string {
  return `${max.toLocaleString('en-US')}/${formatDuration(perMs).replaceAll(' ', '')}`;
}

function renderQueues(queues: readonly Queue[], paint: Paint): string {
  const number = (n: number) => n.toLocaleString('en-US');
  const rows = queues.map((queue): Cell[] => [
    queue.name,
    queue.paused ? { text: 'paused', style: 'yellow' } : 'open',
    queue.concurrency === null ? 'any' : number(queue.concurrency),
    number(queue.counts.available),
    number(queue.counts.executing),
    number(queue.counts.scheduled + queue.counts.retryable + queue.counts.blocked),
    queue.counts.dead > 0 ? { text: number(queue.counts.dead), style: 'red' } : '0',
    queue.oldestAvailableMs === null ? '–' : formatDuration(queue.oldestAvailableMs),
    queue.rateLimit === null ? 'any' : formatRate(queue.rateLimit),
    queue.maxBacklog === null ? 'any' : number(queue.maxBacklog),
  ]);
  return renderTable(columns, rows, paint).join('\n');
}

async function show(queue: Queue, { json, print, paint }: CommandContext): Promise<number> {
  await print(json ? JSON.stringify(queue) : renderQueues([queue], paint));
  return exitCodes.done;
}

export const queueList: Command = {
  name: 'queue ls',
  group: 'Queues and tasks',
  summary: 'List queues with their counts',
  usage: '',
  details: [
    'AT ONCE is how many may run, RATE how many may start in a time, MOST how many may wait before submissions are refused.',
    'LATER counts what is scheduled, waits for its next attempt or for other jobs; OLDEST is how long the next in line has waited.',
  ],
  words: { least: 0, most: 0 },
  options: {},
  examples: [{ command: 'switchyard queue ls', about: 'how long are the lines?' }],
  async run(_, { connect, json, print, paint }) {
    const page = await (await connect()).client.call('listQueues', {});
    await print(json ? JSON.stringify(page) : renderQueues(page.queues, paint));
    return exitCodes.done;
  },
};

function switching(name: 'pause' | 'resume', summary: string, details: string): Command {
  return {
    name: `queue ${name}`,
    group: 'Queues and tasks',
    summary,
    usage: 'NAME',
    details: [details],
    words: { least: 1, most: 1 },
    options: {},
    examples: [{ command: `switchyard queue ${name} photos`, about: summary.toLowerCase() }],
    async run({ words: [queue = ''] }, context) {
      const { client } = await context.connect();
      return show(await client.call('patchQueue', { params: { name: queue }, body: { paused: name === 'pause' } }), context);
    },
  };
}

export const queuePause = switching('pause', 'Start no more jobs of a queue', 'What runs goes on; what is submitted waits.');
export const queueResume = switching('resume', 'Start jobs of a paused queue again', 'What waited meanwhile runs in its order.');

const limitOptions = {
  concurrency: { type: 'value', value: 'N|none', help: 'jobs of this queue that may run at once; none: as many as the lanes take' },
  rate: { type: 'value', value: 'N/TIME|none', help: 'start at most so many in any such time, e.g. 10/1s, 500/1h' },
  'max-backlog': { type: 'value', value: 'N|none', help: 'refuse submissions that would let more jobs wait' },
} as const;

/** Only what was given; null: no limit. @throws UsageError */
function readLimits(input: Input): QueuePatch {
  const limits: QueuePatch = {};
  const concurrency = input.text('concurrency') === 'none' ? null : input.number('concurrency', 1, 100_000);
  const maxBacklog = input.text('max-backlog') === 'none' ? null : input.number('max-backlog', 1, 1_000_000_000);
  const rate = input.text('rate');
  if (concurrency !== undefined) limits.concurrency = concurrency;
  if (maxBacklog !== undefined) limits.maxBacklog = maxBacklog;
  if (rate !== undefined) limits.rateLimit = rate === 'none' ? null : readRate(rate);
  return limits;
}

function readRate(written: string): RateLimit {
  const [, max = '', time = ''] = /^(\d+)\/(.+)$/.exec(written) ?? [];
  // `10/s` is how people say it.
  const perMs = parseDuration(/^[a-z]/.test(time) ? `1${time}` : time);
  if (max === '' || perMs === null)
    throw new UsageError(`--rate must be a number and a time, such as 10/1s or 500/1h, or none; "${written}" is neither.`);
  return { max: Number(max), perMs };
}

export const queueSet: Command = {
  name: 'queue set',
  group: 'Queues and tasks',
  summary: 'Change a queue’s limits',
  usage: 'NAME [options]',
  details: ['What is left out stays as it is.'],
  words: { least: 1, most: 1 },
  options: limitOptions,
  examples: [
    { command: 'switchyard queue set photos --concurrency 2', about: 'two at a time' },
    { command: 'switchyard queue set mail --rate 100/1m --max-backlog 10000', about: 'as the mail server likes it' },
  ],
  async run(input, context) {
    const body = readLimits(input);
    if (Object.keys(body).length === 0)
      throw new UsageError('queue set needs something to set: --concurrency, --rate or --max-backlog, each with a number or none.');
    const { client } = await context.connect();
    return show(await client.call('patchQueue', { params: { name: input.words[0] ?? '' }, body }), context);
  },
};

export const queueMake: Command = {
  name: 'queue make',
  group: 'Queues and tasks',
  summary: 'Make a queue',
  usage: 'NAME [options]',
  details: ['Of a queue that exists all options are set: those left out to their defaults.'],
  words: { least: 1, most: 1 },
  options: { ...limitOptions, paused: { type: 'flag', help: 'start nothing until it is resumed' } },
  examples: [{ command: 'switchyard queue make photos --concurrency 2', about: 'then: switchyard submit … --queue photos' }],
  async run(input, context) {
    const body: QueuePatch = { paused: input.flag('paused'), ...readLimits(input) };
    const { client } = await context.connect();
    return show(await client.call('makeQueue', { params: { name: input.words[0] ?? '' }, body }), context);
  },
};
