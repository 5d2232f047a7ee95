import type { Schedule, ScheduleInput } from '../../contract/schedule.ts';
import { missedRules, overlaps } from '../../contract/schedule.ts';
import type { Command, CommandContext, Input } from '../command.ts';
import type { Connection } from '../connection.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';
import { renderJobLine } from '../job-view.ts';
import { payloadOption, readPayload } from '../payload-source.ts';
import { renderSchedule, renderSchedules } from '../schedule-view.ts';
import { jobOptions, readJobOptions } from '../submission-options.ts';

const group = 'Schedules';
const one = { words: { least: 1, most: 1 }, usage: 'ID|NAME', options: {} } as const;

/** Every schedule, page by page. */
async function* everySchedule({ client }: Connection): AsyncGenerator<Schedule> {
  let cursor: string | null = null;
  do {
    const page: { schedules: Schedule[]; next: string | null } = await client.call('listSchedules', {
      query: { limit: 500, ...(cursor === null ? {} : { cursor }) },
    });
    yield* page.schedules;
    cursor = page.next;
  } while (cursor !== null);
}

/** The id that was given, or that of the only schedule of this name. @throws UsageError */
async function idOf(word: string, connection: Connection): Promise<string> {
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(word)) return word;
  const ids: string[] = [];
  for await (const { id, name } of everySchedule(connection)) if (name === word) ids.push(id);
  const [id, second] = ids;
  if (id === undefined) throw new UsageError(`There is no schedule named "${word}". switchyard schedule ls shows them.`);
  if (second !== undefined) throw new UsageError(`Several schedules are named "${word}": ${ids.join(', ')}. Say which by its id.`);
  return id;
}

async function show(schedule: Schedule, { json, print, io, paint }: CommandContext): Promise<number> {
  await print(json ? JSON.stringify(schedule) : renderSchedule(schedule, io.now(), paint));
  return exitCodes.done;
}

export const scheduleList: Command = {
  name: 'schedule ls',
  group,
  summary: 'List schedules, with their next run and what happened last',
  usage: '',
  words: { least: 0, most: 0 },
  options: {},
  examples: [{ command: 'switchyard schedule ls', about: 'what runs by itself, and when' }],
  async run(_, { connect, json, print, io, paint }) {
    const schedules: Schedule[] = [];
    for await (const schedule of everySchedule(await connect())) schedules.push(schedule);
    if (json) await print(JSON.stringify({ schedules, next: null }));
    else await print(schedules.length === 0 ? 'There are no schedules.' : renderSchedules(schedules, io.now(), paint));
    return exitCodes.done;
  },
};

export const scheduleAdd: Command = {
  name: 'schedule add',
  group,
  summary: 'Run a task by a cron pattern or at an interval',
  usage: 'TASK --cron PATTERN | --every DURATION [options] [-- COMMAND ARG…]',
  details: [
    'A pattern has five fields (minute hour day month weekday), or six with seconds first. Standard output is the schedule’s id.',
    'A slot in an hour that the clocks skip comes right after it; one in an hour that comes twice comes once.',
  ],
  words: { least: 1, most: 1 },
  takesRest: true,
  options: {
    cron: { type: 'value', value: 'PATTERN', help: 'e.g. "30 2 * * *", or with seconds "0 30 2 * * *"' },
    every: { type: 'value', value: 'DURATION', help: 'at an interval instead, e.g. 30s, 5m, 1d' },
    'time-zone': { type: 'value', value: 'ZONE', help: 'in which the pattern is read, e.g. Europe/Berlin (default: the engine’s own)' },
    name: { type: 'value', value: 'NAME', help: 'a name to call it by' },
    overlap: { type: 'value', value: 'RULE', help: 'while the last job is unfinished: skip (default), queue, replace' },
    missed: { type: 'value', value: 'RULE', help: 'for what passed while the engine was down: skip, once (default), all' },
    paused: { type: 'flag', help: 'make nothing until it is resumed' },
    ...payloadOption,
    ...jobOptions,
  },
  examples: [
    { command: 'switchyard schedule add shell.run --cron "30 2 * * *" --name backup -- restic backup /home', about: 'each night' },
    { command: `switchyard schedule add http.request --every 5m --payload '{"url":"https://example.org"}'`, about: 'at an interval' },
  ],
  async run(input, context) {
    const [task = ''] = input.words;
    const timing = readTiming(input);
    const body = { ...readJobOptions(input), ...timing, task, payload: await readPayload(task, input, context) };
    const { client } = await context.connect();
    const schedule = await client.call('makeSchedule', { body });
    await context.print(context.json ? JSON.stringify(schedule) : schedule.id);
    const [next] = schedule.nextRuns;
    if (next !== undefined && !schedule.paused) await context.remark(`Next at ${next}.`);
    return exitCodes.done;
  },
};

function readTiming(input: Input): Partial<ScheduleInput> {
  const cron = input.text('cron');
  const everyMs = input.duration('every');
  if ((cron === undefined) === (everyMs === undefined)) throw new UsageError('schedule add needs either --cron or --every.');
  const timeZone = input.text('time-zone');
  const name = input.text('name');
  const overlap = input.choice('overlap', overlaps);
  const missed = input.choice('missed', missedRules);
  return {
    ...(cron === undefined ? {} : { cron }),
    ...(everyMs === undefined ? {} : { everyMs }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(name === undefined ? {} : { name }),
    ...(overlap === undefined ? {} : { overlap }),
    ...(missed === undefined ? {} : { missed }),
    ...(input.flag('paused') ? { paused: true } : {}),
  };
}

export const scheduleGet: Command = {
  ...one,
  name: 'schedule get',
  group,
  summary: 'Show a schedule, with its next five runs',
  examples: [{ command: 'switchyard schedule get backup', about: 'when, what, and what happened last' }],
  async run({ words: [word = ''] }, context) {
    const connection = await context.connect();
    return show(await connection.client.call('getSchedule', { params: { id: await idOf(word, connection) } }), context);
  },
};

export const scheduleRun: Command = {
  ...one,
  name: 'schedule run',
  group,
  summary: 'Make a job of a schedule now',
  details: ['Of a paused one too; its slots stay as they are. It is held to the schedule’s overlap rule.'],
  examples: [{ command: 'switchyard schedule run backup', about: 'now, without waiting for the night' }],
  async run({ words: [word = ''] }, context) {
    const connection = await context.connect();
    const job = await connection.client.call('runSchedule', { params: { id: await idOf(word, connection) } });
    await context.print(
      context.json ? JSON.stringify(job) : context.paint.forPeople ? renderJobLine(job, context.io.now(), context.paint) : job.id,
    );
    return exitCodes.done;
  },
};

function switching(name: 'pause' | 'resume', summary: string, details: string): Command {
  return {
    ...one,
    name: `schedule ${name}`,
    group,
    summary,
    details: [details],
    examples: [{ command: `switchyard schedule ${name} backup`, about: summary.toLowerCase() }],
    async run({ words: [word = ''] }, context) {
      const connection = await context.connect();
      const id = await idOf(word, connection);
      return show(await connection.client.call('patchSchedule', { params: { id }, body: { paused: name === 'pause' } }), context);
    },
  };
}

export const schedulePause = switching('pause', 'Make no more jobs of a schedule', 'Jobs that it made go on.');
export const scheduleResume = switching('resume', 'Make jobs of a paused schedule again', 'What passed meanwhile is not made up for.');

export const scheduleRemove: Command = {
  ...one,
  name: 'schedule rm',
  group,
  summary: 'Delete a schedule',
  details: ['Jobs that it made stay, and go on.'],
  examples: [{ command: 'switchyard schedule rm backup', about: 'no more of it' }],
  async run({ words: [word = ''] }, context) {
    const connection = await context.connect();
    const id = await idOf(word, connection);
    await connection.client.call('deleteSchedule', { params: { id } });
    await context.print(context.json ? JSON.stringify({ id }) : `Schedule ${id} deleted.`);
    return exitCodes.done;
  },
};
