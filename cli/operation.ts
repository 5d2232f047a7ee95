/** Operations on many jobs, followed to their end. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Operation } from '../contract/resources.ts';
import type { CommandContext } from './command.ts';
import type { Connection } from './connection.ts';
import { exitCodes } from './exit-codes.ts';
import { CommandFailure } from './failures.ts';
import { write } from './io.ts';
import { count, oneLine } from './text.ts';

/** So many ids a call: the interface takes 10,000. */
const chunkIds = 10_000;
const firstPauseMs = 50;
const longestPauseMs = 1_000;

/** One operation for each chunk of ids, one after the other; a chunk that does not come to its end is the last. */
export async function runInChunks(
  ids: readonly string[],
  begin: (ids: readonly string[]) => Promise<Operation>,
  done: string,
  connection: Connection,
  context: CommandContext,
): Promise<number> {
  const operations: Operation[] = [];
  for (let at = 0; at < ids.length; at += chunkIds) {
    const operation = await ended(await begin(ids.slice(at, at + chunkIds)), connection, context);
    operations.push(operation);
    if (operation.state !== 'completed') break;
  }
  return finish(operations, done, context);
}

/** @param done what has become of the jobs, e.g. `run again` */
export async function followOperation(
  operations: readonly Operation[],
  done: string,
  connection: Connection,
  context: CommandContext,
): Promise<number> {
  const ends: Operation[] = [];
  for (const operation of operations) ends.push(await ended(operation, connection, context));
  return finish(ends, done, context);
}

/** Asks more and more seldom. Ctrl-C leaves it to the engine. @throws CommandFailure */
async function ended(begun: Operation, { client }: Connection, context: CommandContext): Promise<Operation> {
  const { io } = context;
  const interrupt = new AbortController();
  const release = io.onInterrupt(() => interrupt.abort());
  let operation = begun;
  let shown = false;
  try {
    for (let pauseMs = firstPauseMs; operation.state === 'running'; pauseMs = Math.min(longestPauseMs, pauseMs * 1.5)) {
      shown = (await showProgress(operation, context)) || shown;
      await delay(pauseMs, undefined, { signal: interrupt.signal }).catch(() => {});
      if (interrupt.signal.aborted) throw leftAlone(operation);
      operation = await client.call('getOperation', { params: { id: operation.id } });
    }
    return operation;
  } finally {
    release();
    if (shown) await write(io.stderr, '\r\x1B[K');
  }
}

/** One line that is written over, where a person looks. */
async function showProgress(operation: Operation, { io, errorPaint, json }: CommandContext): Promise<boolean> {
  if (!errorPaint.forPeople || json) return false;
  const { done, failed, matched, reason } = operation;
  const parts = [`${done + failed} of ${count(matched, 'job')}`, failed > 0 ? `${failed} left as they are` : '', reason ?? ''];
  const text = oneLine(parts.filter((part) => part !== '').join(' · ')).slice(0, (errorPaint.width ?? 80) - 1);
  await write(io.stderr, `\r\x1B[K${errorPaint.style('dim', text)}`);
  return true;
}

function leftAlone({ id, done, matched }: Operation): CommandFailure {
  return new CommandFailure(
    exitCodes.interrupted,
    'interrupted',
    {
      what: `Looked away at ${done} of ${count(matched, 'job')}.`,
      meaning: 'The engine goes on with it.',
      todo: `switchyard operation get ${id} says how far it is; switchyard operation stop ${id} stops it.`,
    },
    { operationId: id },
  );
}

async function finish(operations: readonly Operation[], done: string, { json, print, report }: CommandContext): Promise<number> {
  const [only] = operations;
  const tally = { matched: 0, done: 0, failed: 0 };
  for (const operation of operations) for (const name of ['matched', 'done', 'failed'] as const) tally[name] += operation[name];
  if (json) await print(JSON.stringify(operations.length === 1 && only ? only : { operations, ...tally }));
  else await print(`${count(tally.done, 'job')} ${done}.`);
  const stopped = operations.find(({ state }) => state !== 'completed');
  if (stopped) {
    const left = tally.matched - tally.done - tally.failed;
    return report(
      new CommandFailure(exitCodes.refused, 'operation-stopped', {
        what: `It stopped before its end${left > 0 ? `; ${count(left, 'job')} stayed as they were` : ''}.`,
        ...(stopped.reason === undefined ? {} : { meaning: stopped.reason }),
      }),
    );
  }
  if (tally.failed === 0) return exitCodes.done;
  const why = operations.flatMap(({ failures = [] }) => failures).map(({ reason, count: times }) => `${reason} (${times})`);
  return report(
    new CommandFailure(exitCodes.refused, 'operation-failed', {
      what: `${count(tally.failed, 'job')} could not be ${done}${why.length === 0 ? '' : `: ${why.join(', ')}`}.`,
      meaning: 'They are as they were; the others are done.',
    }),
  );
}
