import type { Operation } from '../../contract/resources.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { renderFacts } from '../table.ts';
import { oneLine } from '../text.ts';

/** More than anyone reads; the engine keeps a thousand. */
const shownOperations = 100;

export const operationList: Command = {
  name: 'operation ls',
  group: 'Dead letters',
  summary: 'Operations on many jobs, the newest first',
  usage: '',
  words: { least: 0, most: 0 },
  options: {},
  examples: [{ command: 'switchyard operation ls', about: 'what runs, and what the last ones came to' }],
  async run(_given, context) {
    const { client } = await context.connect();
    const page = await client.call('listOperations', { query: { limit: shownOperations } });
    if (context.json) await context.print(JSON.stringify(page));
    else for (const line of operationLines(page.operations)) await context.print(line);
    return exitCodes.done;
  },
};

function operationLines(operations: readonly Operation[]): string[] {
  if (operations.length === 0) return ['No operation was asked for yet.'];
  return operations.map(
    ({ id, action, state, matched, done, failed, reason }) =>
      `${id}  ${action.padEnd(8)} ${state.padEnd(9)} ${done} of ${matched}${failed === 0 ? '' : `, ${failed} left alone`}${reason === undefined ? '' : `  ${oneLine(reason)}`}`,
  );
}

export const operationGet: Command = {
  name: 'operation get',
  group: 'Dead letters',
  summary: 'How far an operation on many jobs is',
  usage: 'ID',
  words: { least: 1, most: 1 },
  options: {},
  examples: [{ command: 'switchyard operation get 6f0c…', about: 'what was done, what was left alone and why' }],
  async run({ words: [id = ''] }, context) {
    const { client } = await context.connect();
    return show(await client.call('getOperation', { params: { id } }), context);
  },
};

export const operationStop: Command = {
  name: 'operation stop',
  group: 'Dead letters',
  summary: 'Stop an operation on many jobs',
  usage: 'ID',
  details: ['What it has done stays done; the rest stays as it is.'],
  words: { least: 1, most: 1 },
  options: {},
  examples: [{ command: 'switchyard operation stop 6f0c…', about: 'stop a redrive that goes wrong' }],
  async run({ words: [id = ''] }, context) {
    const { client } = await context.connect();
    return show(await client.call('stopOperation', { params: { id } }), context);
  },
};

async function show(operation: Operation, { json, print, paint }: CommandContext): Promise<number> {
  const { id, action, state, matched, done, failed, reason } = operation;
  if (json) await print(JSON.stringify(operation));
  else {
    const facts: [string, string | null][] = [
      ['operation', id],
      ['action', action],
      ['state', state],
      ['chosen', String(matched)],
      ['done', String(done)],
      ['left alone', failed === 0 ? null : String(failed)],
      ['reason', reason === undefined ? null : oneLine(reason)],
    ];
    await print(renderFacts(facts, paint).join('\n'));
  }
  return exitCodes.done;
}
