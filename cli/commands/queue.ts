import type { Queue, QueuePatch } from '../../contract/resources.ts';
import type { Command, CommandContext, Input } from '../command.ts';
import { formatDuration } from '../durations.ts';
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
];

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

const concurrencyOption = {
  concurrency: { type: 'value', value: 'N|none', help: 'jobs of this queue that may run at once; none: as many as the lanes take' },
} as const;

/** undefined: not given; null: no limit. */
function readConcurrency(input: Input): number | null | undefined {
  return input.text('concurrency') === 'none' ? null : input.number('concurrency', 1, 100_000);
}

export const queueSet: Command = {
  name: 'queue set',
  group: 'Queues and tasks',
  summary: 'Change a queue’s limits',
  usage: 'NAME --concurrency N|none',
  words: { least: 1, most: 1 },
  options: concurrencyOption,
  examples: [{ command: 'switchyard queue set photos --concurrency 2', about: 'two at a time' }],
  async run(input, context) {
    const concurrency = readConcurrency(input);
    if (concurrency === undefined) throw new UsageError('queue set needs something to set: --concurrency N or --concurrency none.');
    const { client } = await context.connect();
    return show(await client.call('patchQueue', { params: { name: input.words[0] ?? '' }, body: { concurrency } }), context);
  },
};

export const queueMake: Command = {
  name: 'queue make',
  group: 'Queues and tasks',
  summary: 'Make a queue',
  usage: 'NAME [options]',
  details: ['Of a queue that exists all options are set: those left out to their defaults.'],
  words: { least: 1, most: 1 },
  options: { ...concurrencyOption, paused: { type: 'flag', help: 'start nothing until it is resumed' } },
  examples: [{ command: 'switchyard queue make photos --concurrency 2', about: 'then: switchyard submit … --queue photos' }],
  async run(input, context) {
    const concurrency = readConcurrency(input);
    const body: QueuePatch = { paused: input.flag('paused'), ...(concurrency === undefined ? {} : { concurrency }) };
    const { client } = await context.connect();
    return show(await client.call('makeQueue', { params: { name: input.words[0] ?? '' }, body }), context);
  },
};
