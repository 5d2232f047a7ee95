import type { Operation } from '../../contract/resources.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { renderFacts } from '../table.ts';
import { oneLine } from '../text.ts';

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
