/** Dead jobs: looked at one by one or by cause, run again, or let go. */

import type { JobListInput } from '../../contract/filter.ts';
import type { DeadGroup, RedriveRequest } from '../../contract/operations.ts';
import type { Command, CommandContext, Input, Option } from '../command.ts';
import { confirm } from '../confirm.ts';
import type { Connection } from '../connection.ts';
import { formatRelative } from '../durations.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';
import { readIds } from '../ids.ts';
import { narrowing, pageOptions, readNarrowing } from '../job-filter.ts';
import { listJobs } from '../job-list.ts';
import { renderDead } from '../job-view.ts';
import { followOperation, runInChunks } from '../operation.ts';
import { readPatch } from '../payload-patch.ts';
import { renderTable } from '../table.ts';
import { count } from '../text.ts';

const fingerprintOption: Option = { type: 'value', value: 'FINGERPRINT', help: 'of this group, as `dead groups` shows it' };

export const deadList: Command = {
  name: 'dead ls',
  group: 'Dead letters',
  summary: 'List dead jobs, with why they died',
  usage: '[filters]',
  details: ['Filters narrow together; several values of one (repeated, or separated by commas) mean "or".'],
  words: { least: 0, most: 0 },
  options: { fingerprint: fingerprintOption, ...narrowing, ...pageOptions },
  examples: [
    { command: 'switchyard dead ls --task shell.run --q "exit code 2"', about: 'commands that died in one way' },
    { command: 'switchyard dead ls --fingerprint 0f3a9c51d27be846', about: 'the jobs of one group' },
  ],
  async run(input, context) {
    const fingerprint = input.text('fingerprint');
    const query = { ...readNarrowing(input, context.io.now()), ...(fingerprint === undefined ? {} : { fingerprint }) };
    return listJobs(input, context, { route: 'listDeadLetters', query, render: renderDead, none: 'No job is dead.' });
  },
};

/** As many as one call of the interface gives. */
const pageGroups = 500;

export const deadGroups: Command = {
  name: 'dead groups',
  group: 'Dead letters',
  summary: 'Dead jobs by what they died of, the largest group first',
  usage: '',
  details: [
    'Jobs are of one group when their task, error, place in the code and message agree; ids, numbers, paths, hosts and times do not count.',
  ],
  words: { least: 0, most: 0 },
  options: {},
  examples: [{ command: 'switchyard dead groups', about: 'what goes wrong, and how often' }],
  async run(_input, context) {
    const { client } = await context.connect();
    const groups: DeadGroup[] = [];
    let next: string | null = null;
    do {
      const query = { limit: pageGroups, ...(next === null ? {} : { cursor: next }) };
      const page: { groups: DeadGroup[]; next: string | null } = await client.call('listDeadGroups', { query });
      groups.push(...page.groups);
      next = page.next;
    } while (next !== null);
    if (context.json) await context.print(JSON.stringify({ groups, next: null }));
    else if (groups.length === 0) await context.remark('No job is dead.');
    else await context.print(renderGroups(groups, context).join('\n'));
    return exitCodes.done;
  },
};

function renderGroups(groups: readonly DeadGroup[], { io, paint }: CommandContext): string[] {
  const columns = [
    { title: 'FINGERPRINT' },
    { title: 'JOBS', align: 'right' as const },
    { title: 'REASON', least: 20 },
    { title: 'TASK', least: 8 },
    { title: 'FIRST', align: 'right' as const },
    { title: 'LAST', align: 'right' as const },
  ];
  const ago = (at: string) => formatRelative(at, io.now()).replace(' ago', '');
  return renderTable(
    columns,
    groups.map((group) => [
      group.fingerprint,
      String(group.count),
      { text: group.sample, style: 'red' as const },
      group.task,
      ago(group.firstAt),
      ago(group.lastAt),
    ]),
    paint,
  );
}

const selectionOptions = (verb: string): Record<string, Option> => ({
  fingerprint: { ...fingerprintOption, help: `${verb} the whole group, as \`dead groups\` shows it` },
  all: { type: 'flag', help: `${verb} every dead job that the filters leave` },
  ...narrowing,
});
const selectionUsage = 'ID… | - | --fingerprint FINGERPRINT | --all [filters]';
const selectionDetails = 'What is chosen is chosen once, at the start: a job that dies later is not part of it.';

/** @throws UsageError unless exactly one of the ways to choose was taken */
function readSelection(name: string, input: Input, now: number): { filter: JobListInput } | { fingerprint: string } | 'ids' {
  const all = input.flag('all');
  const fingerprint = input.text('fingerprint');
  const ways = [input.words.length > 0, all, fingerprint !== undefined].filter(Boolean).length;
  if (ways !== 1)
    throw new UsageError(ways > 1 ? 'Give either ids or --all or --fingerprint.' : `${name} needs ID… or --all or --fingerprint.`);
  const filter = readNarrowing(input, now);
  if (!all && Object.keys(filter).length > 0) throw new UsageError('Filters go with --all.');
  if (fingerprint !== undefined) return { fingerprint };
  return all ? { filter } : 'ids';
}

export const deadRedrive: Command = {
  name: 'dead redrive',
  group: 'Dead letters',
  summary: 'Run dead jobs again with fresh attempts',
  usage: selectionUsage,
  details: [
    'The same job ids run again; their histories stay.',
    '--patch changes the payloads first (JSON Patch, RFC 6902). A job whose payload does not fit the patch, or the task then, stays dead. The first payload is kept.',
    '--canary lets a few go first and the rest once they have ended; when one dies of the same cause again, the rest stays where it is.',
    'The engine does it: Ctrl-C only stops looking at it.',
    selectionDetails,
  ],
  words: { least: 0, most: Number.POSITIVE_INFINITY },
  options: {
    ...selectionOptions('redrive'),
    patch: { type: 'value', value: 'PATCH', help: 'a JSON Patch for each payload: as JSON, @FILE, or - for standard input' },
    canary: { type: 'value', value: 'N', help: 'let so many go first, and wait for their end' },
    rate: { type: 'value', value: 'N', help: 'at most so many jobs a second' },
  },
  examples: [
    { command: 'switchyard dead redrive 01932f6e-…', about: 'one of them' },
    {
      command: 'switchyard dead redrive --fingerprint 0f3a9c51d27be846 --canary 5 --rate 20',
      about: 'a whole group: five first, then twenty a second',
    },
    {
      command: `switchyard dead redrive --all --task http.request --patch '[{"op":"replace","path":"/url","value":"https://…"}]'`,
      about: 'all of one task, with another address',
    },
  ],
  async run(input, context) {
    const selection = readSelection('dead redrive', input, context.io.now());
    const patch = await readPatch(input.text('patch'), input.words, context.io);
    const canary = input.number('canary', 1, 1_000);
    const ratePerSecond = input.number('rate', 1, 10_000);
    const how = {
      ...(patch === undefined ? {} : { patch }),
      ...(canary === undefined ? {} : { canary }),
      ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    } satisfies Omit<RedriveRequest, 'ids' | 'fingerprint' | 'filter'>;
    const connection = await context.connect();
    const redrive = (body: Parameters<typeof connection.client.call<'redriveDeadLetters'>>[1]['body']) =>
      connection.client.call('redriveDeadLetters', { body });
    if (selection === 'ids') {
      const ids = await readIds(input.words, context.io);
      return runInChunks(ids, (some) => redrive({ ids: [...some], ...how }), 'run again', connection, context);
    }
    return followOperation([await redrive({ ...selection, ...how })], 'run again', connection, context);
  },
};

export const deadDiscard: Command = {
  name: 'dead discard',
  group: 'Dead letters',
  summary: 'Delete dead jobs',
  usage: selectionUsage,
  details: ['They are gone with their payloads and logs.', selectionDetails],
  words: { least: 0, most: Number.POSITIVE_INFINITY },
  options: {
    ...selectionOptions('discard'),
    yes: { type: 'flag', help: 'with --all or --fingerprint: do not ask; needed where no terminal is there to answer' },
  },
  examples: [
    { command: 'switchyard dead discard 01932f6e-…', about: 'one of them' },
    { command: 'switchyard dead discard --all --task http.request --yes', about: 'all of one task' },
  ],
  async run(input, context) {
    const selection = readSelection('dead discard', input, context.io.now());
    const connection = await context.connect();
    const { client } = connection;
    if (selection === 'ids') {
      const ids = await readIds(input.words, context.io);
      return runInChunks(ids, (some) => client.call('discardDeadLetters', { body: { ids: [...some] } }), 'discarded', connection, context);
    }
    if (!input.flag('yes')) await confirmDiscard(selection, connection, context);
    return followOperation([await client.call('discardDeadLetters', { body: selection })], 'discarded', connection, context);
  },
};

async function confirmDiscard(
  selection: { filter: JobListInput } | { fingerprint: string },
  { client }: Connection,
  context: CommandContext,
): Promise<void> {
  const query = 'filter' in selection ? selection.filter : selection;
  const { total, exact } = await client.call('listDeadLetters', { query: { ...query, limit: 1 } });
  await confirm(context, `Discard ${exact ? '' : 'at least '}${count(total, 'dead job')} with their logs? This cannot be undone.`);
}
