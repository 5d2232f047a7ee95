import { setTimeout as delay } from 'node:timers/promises';
import { type Mode, modes } from '../../contract/job.ts';
import type { LabRun, LabRunSummary } from '../../contract/lab-run.ts';
import type { BodyInput } from '../../contract/routes.ts';
import { runAsCsv } from '../../lab/run-comparison.ts';
import type { Command, CommandContext, Input } from '../command.ts';
import type { Connection } from '../connection.ts';
import { exitCodes } from '../exit-codes.ts';
import { CommandFailure, UsageError } from '../failures.ts';
import { write } from '../io.ts';
import { readJsonFile } from '../json-file.ts';
import { progressText, renderLabRun, renderLabRuns, renderPresets } from '../lab-view.ts';
import { interruptible, persist } from '../waiting.ts';

const group = 'Lab';
const one = { group, words: { least: 1, most: 1 }, usage: 'ID', options: {} } as const;
/** Between two looks at a run that goes on. */
const lookMs = 500;

async function show(run: LabRun, { json, print, paint }: CommandContext): Promise<number> {
  await print(json ? JSON.stringify(run) : renderLabRun(run, paint));
  return exitCodes.done;
}

export const labPresets: Command = {
  name: 'lab presets',
  group,
  summary: 'The well-known cases of "answer at once or queue it?"',
  usage: '',
  words: { least: 0, most: 0 },
  options: {},
  examples: [{ command: 'switchyard lab presets', about: 'what can be tried' }],
  async run(_input, { connect, json, print, paint }) {
    const page = await (await connect()).client.call('listLabPresets', {});
    await print(json ? JSON.stringify(page) : renderPresets(page.presets, paint));
    return exitCodes.done;
  },
};

export const labRun: Command = {
  name: 'lab run',
  group,
  summary: 'Send the same workload through sync, async, hybrid and auto, for real',
  usage: 'PRESET | --file W.json',
  details: [
    'It runs on an engine of its own in a temporary home; your queue is not touched. The modes go one after the other with the same requests, and are shown side by side at the end.',
    'The file holds a workload (docs/lab.md); - is standard input. A task of yours that a workload names does run, each time in every mode.',
    'Ctrl-C ends the command, not the run.',
  ],
  words: { least: 0, most: 1 },
  options: {
    file: { type: 'value', value: 'FILE', help: 'a workload as JSON instead of a preset' },
    modes: { type: 'value', value: 'LIST', help: `in this order, with commas (default: ${modes.join(',')})` },
    name: { type: 'value', value: 'NAME', help: 'what the run is called (default: the preset’s title)' },
    wait: {
      type: 'value',
      value: 'DURATION',
      help: 'async and auto: how long the caller waits for the result before the job goes on without it',
    },
    concurrency: { type: 'value', value: 'N', help: 'jobs at once, other than sync ones (default: as many as the lanes take)' },
    detach: { type: 'flag', help: 'print its id and do not wait for its end' },
  },
  examples: [
    { command: 'switchyard lab run log-in', about: 'what would the caller feel in each mode?' },
    { command: 'switchyard lab run --file load.json --modes sync,async', about: 'a workload of your own' },
  ],
  async run(input, context) {
    const body = await readRequest(input, context);
    const connection = await context.connect();
    const run = await connection.client.call('startLabRun', { body });
    if (input.flag('detach')) {
      await context.print(context.json ? JSON.stringify(run) : run.id);
      return exitCodes.done;
    }
    const ended = await interruptible(context.io, (signal) => waitForEnd(run.id, connection, context, signal));
    if (ended === null) {
      const what = `Interrupted. Run ${run.id} of the lab goes on.`;
      const todo = `switchyard lab get ${run.id} shows it; switchyard lab stop ${run.id} ends it.`;
      throw new CommandFailure(exitCodes.interrupted, 'interrupted', { what, todo });
    }
    await show(ended, context);
    return ended.state === 'completed' ? exitCodes.done : exitCodes.jobFailed;
  },
};

async function readRequest(input: Input, { io }: CommandContext): Promise<BodyInput<'startLabRun'>> {
  const [preset] = input.words;
  const file = input.text('file');
  if ((preset === undefined) === (file === undefined)) throw new UsageError('lab run needs a preset or --file, one of the two.');
  const name = input.text('name');
  const waitMs = input.duration('wait');
  const concurrency = input.number('concurrency', 1, 100_000);
  const written = input.text('modes');
  return {
    // What the file holds is checked by the engine, which names each wrong field.
    ...(file === undefined ? { preset } : { workload: (await readJsonFile(file, io)) as BodyInput<'startLabRun'>['workload'] }),
    ...(name !== undefined && { name }),
    ...(written !== undefined && { modes: readModes(written) }),
    ...(waitMs !== undefined && { waitMs }),
    ...(concurrency !== undefined && { concurrency }),
  };
}

function readModes(written: string): Mode[] {
  return written.split(',').map((word) => {
    const mode = modes.find((each) => each === word.trim());
    if (mode === undefined) throw new UsageError(`--modes must be some of ${modes.join(', ')}, with commas, not "${written}".`);
    return mode;
  });
}

/** Shows how far it is on a terminal. An engine that restarts meanwhile is waited for: the run has failed by then. */
async function waitForEnd(id: string, { client }: Connection, { io, json }: CommandContext, signal: AbortSignal): Promise<LabRun> {
  const isShown = !json && io.stderr.isTTY === true;
  const clear = '\r\u001b[K';
  try {
    for (;;) {
      const run = await persist(io, signal, () => client.call('getLabRun', { params: { id }, signal }));
      if (run.state !== 'running') return run;
      if (isShown) await write(io.stderr, `${clear}${progressText(run)}`);
      await delay(lookMs, undefined, { signal });
    }
  } finally {
    if (isShown) await write(io.stderr, clear);
  }
}

export const labList: Command = {
  name: 'lab ls',
  group,
  summary: 'Runs of the lab, newest first',
  usage: '',
  words: { least: 0, most: 0 },
  options: {},
  examples: [{ command: 'switchyard lab ls', about: 'what was tried' }],
  async run(_input, { connect, json, print, paint, io }) {
    const page: { runs: LabRunSummary[] } = await (await connect()).client.call('listLabRuns', {});
    if (json) await print(JSON.stringify(page));
    else await print(page.runs.length === 0 ? 'The lab has no runs yet.' : renderLabRuns(page.runs, io.now(), paint));
    return exitCodes.done;
  },
};

export const labGet: Command = {
  ...one,
  name: 'lab get',
  summary: 'A run of the lab, its modes side by side',
  examples: [{ command: 'switchyard lab get 01932f6e-…', about: 'also while it goes on' }],
  async run({ words: [id = ''] }, context) {
    return show(await (await context.connect()).client.call('getLabRun', { params: { id } }), context);
  },
};

export const labStop: Command = {
  ...one,
  name: 'lab stop',
  summary: 'Stop a run of the lab; what it has measured stays',
  examples: [{ command: 'switchyard lab stop 01932f6e-…', about: 'answers once nothing of it runs any more' }],
  async run({ words: [id = ''] }, context) {
    return show(await (await context.connect()).client.call('stopLabRun', { params: { id } }), context);
  },
};

export const labRename: Command = {
  name: 'lab rename',
  group,
  summary: 'Call a run of the lab something else',
  usage: 'ID NAME',
  words: { least: 2, most: 2 },
  options: {},
  examples: [{ command: 'switchyard lab rename 01932f6e-… "before the new disk"', about: 'to find it again' }],
  async run({ words: [id = '', name = ''] }, { connect, json, print, paint, io }) {
    const run = await (await connect()).client.call('patchLabRun', { params: { id }, body: { name } });
    await print(json ? JSON.stringify(run) : renderLabRuns([run], io.now(), paint));
    return exitCodes.done;
  },
};

export const labRemove: Command = {
  ...one,
  name: 'lab rm',
  summary: 'Delete a run of the lab that has ended',
  examples: [{ command: 'switchyard lab rm 01932f6e-…', about: 'and its results' }],
  async run({ words: [id = ''] }, { connect, json, print }) {
    await (await connect()).client.call('deleteLabRun', { params: { id } });
    if (json) await print(JSON.stringify({ id, deleted: true }));
    return exitCodes.done;
  },
};

export const labCsv: Command = {
  ...one,
  name: 'lab csv',
  summary: 'A run of the lab as a table for a spreadsheet, a row a mode',
  examples: [{ command: 'switchyard lab csv 01932f6e-… > log-in.csv', about: 'commas, RFC 4180' }],
  async run({ words: [id = ''] }, { connect, json, io, print }) {
    const run = await (await connect()).client.call('getLabRun', { params: { id } });
    if (json) await print(JSON.stringify(run));
    else await write(io.stdout, runAsCsv(run));
    return exitCodes.done;
  },
};
