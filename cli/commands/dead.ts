import { setTimeout as delay } from 'node:timers/promises';
import type { Operation } from '../../contract/resources.ts';
import type { Command, CommandContext } from '../command.ts';
import { confirm } from '../confirm.ts';
import type { Connection } from '../connection.ts';
import { exitCodes } from '../exit-codes.ts';
import { CommandFailure, UsageError } from '../failures.ts';
import { readIds } from '../ids.ts';
import { narrowing, pageOptions, readJobs, readNarrowing } from '../job-filter.ts';
import { listJobs } from '../job-list.ts';
import { renderDead } from '../job-view.ts';
import { count } from '../text.ts';

export const deadList: Command = {
  name: 'dead ls',
  group: 'Dead letters',
  summary: 'List dead jobs, with why they died',
  usage: '[filters]',
  details: ['Filters narrow together; several values of one (repeated, or separated by commas) mean "or".'],
  words: { least: 0, most: 0 },
  options: { ...narrowing, ...pageOptions },
  examples: [{ command: 'switchyard dead ls --task shell.run --q "exit code 2"', about: 'commands that died in one way' }],
  async run(input, context) {
    const query = readNarrowing(input, context.io.now());
    return listJobs(input, context, { route: 'listDeadLetters', query, render: renderDead, none: 'No job is dead.' });
  },
};

type Deed = {
  name: 'redrive' | 'discard';
  route: 'redriveDeadLetters' | 'discardDeadLetters';
  summary: string;
  details: string;
  done: string;
  needsConsent: boolean;
};

function deed({ name, route, summary, details, done, needsConsent }: Deed): Command {
  return {
    name: `dead ${name}`,
    group: 'Dead letters',
    summary,
    usage: 'ID… | - | --all [filters]',
    details: [details],
    words: { least: 0, most: Number.POSITIVE_INFINITY },
    options: {
      all: { type: 'flag', help: `${name} every dead job that the filters leave` },
      ...narrowing,
      ...(needsConsent
        ? { yes: { type: 'flag' as const, help: 'with --all: do not ask; needed where no terminal is there to answer' } }
        : {}),
    },
    examples: [
      { command: `switchyard dead ${name} 01932f6e-…`, about: 'one of them' },
      { command: `switchyard dead ${name} --all --task http.request${needsConsent ? ' --yes' : ''}`, about: 'all of one task' },
    ],
    async run(input, context) {
      const all = input.flag('all');
      if (all === input.words.length > 0) throw new UsageError(all ? 'Give either ids or --all.' : `dead ${name} needs ID… or --all.`);
      const query = readNarrowing(input, context.io.now());
      if (!all && Object.keys(query).length > 0) throw new UsageError('Filters go with --all.');
      const connection = await context.connect();
      if (!all) return finish(await inChunks([...(await readIds(input.words, context.io))], connection, route), done, context);
      if (needsConsent && !input.flag('yes')) {
        const { total, exact } = await connection.client.call('listDeadLetters', { query: { ...query, limit: 1 } });
        await confirm(context, `Discard ${exact ? '' : 'about '}${count(total, 'dead job')} with their logs? This cannot be undone.`);
      }
      return finish(await allOf(connection, route, query), done, context);
    },
  };
}

export const deadRedrive = deed({
  name: 'redrive',
  route: 'redriveDeadLetters',
  summary: 'Run dead jobs again with fresh attempts',
  details: 'The same job ids run again.',
  done: 'run again',
  needsConsent: false,
});

export const deadDiscard = deed({
  name: 'discard',
  route: 'discardDeadLetters',
  summary: 'Delete dead jobs',
  details: 'They are gone with their payloads and logs.',
  done: 'discarded',
  needsConsent: true,
});

type Tally = { operations: Operation[]; matched: number; done: number; failed: number };

/** So many ids a call: the interface takes 10,000, and their list shall stay small in memory too. */
const chunkIds = 1000;

async function inChunks(ids: readonly string[], connection: Connection, route: Deed['route']): Promise<Tally> {
  const tally: Tally = { operations: [], matched: 0, done: 0, failed: 0 };
  for (let at = 0; at < ids.length; at += chunkIds) await operate(ids.slice(at, at + chunkIds), connection, route, tally);
  return tally;
}

/** Against the order of submission: a job that dies again meanwhile lies behind the cursor and is not met twice. */
async function allOf(connection: Connection, route: Deed['route'], query: ReturnType<typeof readNarrowing>): Promise<Tally> {
  const tally: Tally = { operations: [], matched: 0, done: 0, failed: 0 };
  let ids: string[] = [];
  for await (const { jobs } of readJobs(connection, 'listDeadLetters', query, Number.POSITIVE_INFINITY)) {
    ids.push(...jobs.map((job) => job.id));
    if (ids.length < chunkIds) continue;
    await operate(ids, connection, route, tally);
    ids = [];
  }
  if (ids.length > 0) await operate(ids, connection, route, tally);
  return tally;
}

async function operate(ids: string[], { client }: Connection, route: Deed['route'], tally: Tally): Promise<void> {
  let operation = await client.call(route, { body: { ids } });
  while (operation.state === 'running') {
    await delay(100);
    operation = await client.call('getOperation', { params: { id: operation.id } });
  }
  tally.operations.push(operation);
  tally.matched += operation.matched;
  tally.done += operation.done;
  tally.failed += operation.failed;
}

async function finish(tally: Tally, done: string, { json, print, report }: CommandContext): Promise<number> {
  const stopped = tally.operations.find((operation) => operation.state !== 'completed');
  if (json) {
    const [only] = tally.operations;
    await print(JSON.stringify(tally.operations.length === 1 && only ? only : tally));
  } else await print(`${count(tally.done, 'job')} ${done}.`);
  if (tally.failed === 0 && stopped === undefined) return exitCodes.done;
  const refused = new CommandFailure(exitCodes.refused, 'operation-failed', {
    what: `${count(tally.failed, 'job')} could not be ${done}${stopped?.reason === undefined ? '' : `: ${stopped.reason}`}.`,
    meaning: 'They do not exist or are not dead; the others are done.',
  });
  return report(refused);
}
