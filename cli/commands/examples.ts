import type { Example, ExampleState, LoadedExample } from '../../contract/example.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';
import type { Style } from '../paint.ts';
import type { Cell, Column } from '../table.ts';
import { renderTable } from '../table.ts';
import { shellQuoted } from '../text.ts';

const group = 'Queues and tasks';

const columns: readonly Column[] = [{ title: 'EXAMPLE' }, { title: 'MODE' }, { title: 'STATE' }, { title: 'WHAT IT DOES', least: 20 }];
const stateStyles: Record<ExampleState, Style> = { absent: 'dim', loaded: 'green', changed: 'yellow' };

export const examples: Command = {
  name: 'examples',
  group,
  summary: 'List tasks to try, and whether they are loaded',
  usage: '[ls]',
  details: ['"changed" is a file of that name that says something else than the example: it is yours, and stays.'],
  words: { least: 0, most: 1 },
  options: {},
  examples: [{ command: 'switchyard examples', about: 'log-in, payment, mail, thumbnails, a report, a like button, a checkout' }],
  async run({ words: [word = 'ls'] }, { connect, json, print, remark, paint }) {
    if (word !== 'ls') throw new UsageError(`"examples ${word}" is an unknown command. There are: ls, load, rm.`);
    const page = await (await connect()).client.call('listExamples', {});
    if (json) await print(JSON.stringify(page));
    else if (page.examples.length === 0) await remark('No examples are part of this installation.');
    else {
      const rows = page.examples.map(({ name, mode, state, description }): Cell[] => [
        ...[name, mode, { text: state, style: stateStyles[state] }],
        description,
      ]);
      await print(renderTable(columns, rows, paint).join('\n'));
    }
    return exitCodes.done;
  },
};

export const examplesLoad: Command = {
  name: 'examples load',
  group,
  summary: 'Make examples tasks of yours',
  usage: 'NAME… | --all',
  details: [
    'Copies them into <home>/tasks/; they can be submitted to at once, and changed at will.',
    'A file of yours is never replaced unless --replace is given, and is then kept beside it under another name.',
  ],
  words: { least: 0, most: Number.POSITIVE_INFINITY },
  options: {
    all: { type: 'flag', help: 'every example that is not there yet' },
    replace: { type: 'flag', help: 'also where a file of that name is there; it is kept' },
  },
  examples: [
    { command: 'switchyard examples load payment like-button', about: 'two of them, each with a line to try it' },
    { command: 'switchyard examples load --all', about: 'all of them' },
  ],
  async run(input, { connect, json, print, remark }) {
    const isAll = input.flag('all');
    if (isAll === input.words.length > 0) throw new UsageError('examples load needs either names or --all.');
    const { client } = await connect();
    const replace = input.flag('replace');
    const known = isAll ? (await client.call('listExamples', {})).examples : [];
    // What is the user's own is passed over rather than refused: it was not asked for by name.
    const names = isAll ? known.filter(({ state }) => replace || state !== 'changed').map(({ name }) => name) : input.words;
    const loaded: LoadedExample[] = [];
    for (const name of names) {
      const example = await client.call('loadExample', { params: { name }, body: { replace } });
      loaded.push(example);
      if (json) continue;
      if (example.keptAs !== null) await remark(`Your own file was kept as ${example.keptAs}`);
      await print(tryLine(example));
    }
    if (json) await print(JSON.stringify({ examples: loaded }));
    for (const { name, path } of known) if (!names.includes(name)) await remark(`${name} is left as it is: ${path} is yours.`);
    return exitCodes.done;
  },
};

export const examplesRemove: Command = {
  name: 'examples rm',
  group,
  summary: 'Remove examples that were loaded',
  usage: 'NAME…',
  details: ['One whose file you changed is refused: it is yours. Their jobs stay.'],
  words: { least: 1, most: Number.POSITIVE_INFINITY },
  options: {},
  examples: [{ command: 'switchyard examples rm payment', about: 'no more of it' }],
  async run({ words }, { connect, json, print }) {
    const { client } = await connect();
    for (const name of words) {
      await client.call('removeExample', { params: { name } });
      if (!json) await print(`removed  ${name}`);
    }
    if (json) await print(JSON.stringify({ removed: words }));
    return exitCodes.done;
  },
};

/** What to type to see it work. */
function tryLine({ name, mode, waitMs, payload }: Example): string {
  const wait = waitMs === null ? '' : ` --wait=${waitMs}ms`;
  return `switchyard submit ${name} --mode ${mode}${wait} --payload ${shellQuoted(JSON.stringify(payload))}`;
}
