/** How long ended jobs are kept, and how much room they may take. */

import type { KeptJobs, Retention, RetentionPatch } from '../../contract/retention.ts';
import { retentionBounds } from '../../contract/retention.ts';
import { finalStates } from '../../contract/states.ts';
import { formatBytes, parseBytes } from '../bytes.ts';
import type { Command, CommandContext, Input, Option } from '../command.ts';
import { formatDuration, formatRelative, parseDuration } from '../durations.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';
import type { Cell } from '../table.ts';
import { renderFacts, renderTable } from '../table.ts';
import { count } from '../text.ts';

async function show(retention: Retention, { json, print, paint, io }: CommandContext): Promise<number> {
  if (json) {
    await print(JSON.stringify(retention));
    return exitCodes.done;
  }
  const { usage, maxBytes, lastDeleted } = retention;
  const columns = [{ title: 'STATE' }, { title: 'KEPT FOR', align: 'right' as const }, { title: 'AT MOST', align: 'right' as const }];
  const row = (state: string, { forMs, count: most }: KeptJobs): Cell[] => [
    state,
    forMs === null ? 'ever' : formatDuration(forMs),
    most === null ? 'any number' : count(most, 'job'),
  ];
  const used = formatBytes(usage.databaseBytes + usage.resultBytes);
  const deleted = lastDeleted && lastDeleted.completed + lastDeleted.cancelled + lastDeleted.dead;
  await print(
    [
      ...renderTable(
        columns,
        finalStates.map((state) => row(state, retention[state])),
        paint,
      ),
      '',
      ...renderFacts(
        [
          ['room', maxBytes === null ? `${used}, without a limit` : `${used} of ${formatBytes(maxBytes)}`],
          ['of that', `${formatBytes(usage.databaseBytes)} in the database, ${formatBytes(usage.resultBytes)} of large results`],
          [
            'free',
            `${formatBytes(usage.freeBytes)} in the database${usage.shrinks ? '' : ', which never shrinks: an earlier version made it'}`,
          ],
          ['deleted', lastDeleted === null ? null : `${count(deleted ?? 0, 'job')} ${formatRelative(lastDeleted.at, io.now())}`],
        ],
        paint,
      ),
    ].join('\n'),
  );
  return exitCodes.done;
}

export const retentionGet: Command = {
  name: 'retention',
  group: 'Engine',
  summary: 'How long ended jobs are kept, and the room they take',
  usage: '',
  details: ['Jobs that have not ended are never deleted.'],
  words: { least: 0, most: 0 },
  options: {},
  examples: [{ command: 'switchyard retention', about: 'what is kept, and how much room it takes' }],
  async run(_, context) {
    return show(await (await context.connect()).client.call('getRetention', {}), context);
  },
};

const ageOption = (state: string): Option => ({
  type: 'value',
  value: 'TIME|none',
  help: `keep ${state} jobs so long after their end, e.g. 12h, 30d`,
});
const countOption = (state: string): Option => ({ type: 'value', value: 'N|none', help: `keep at most so many ${state} jobs, the newest` });

export const retentionSet: Command = {
  name: 'retention set',
  group: 'Engine',
  summary: 'Change how long ended jobs are kept',
  usage: 'OPTIONS',
  details: [
    'What is not mentioned stays as it is; none takes a limit away. Whichever limit is met first lets a job go, with its logs and its result; what is kept no longer is deleted from now on.',
    'Past --max-size the oldest completed jobs go first, then cancelled ones, and dead ones last.',
    'An Idempotency-Key and a unique key last no longer than their job.',
  ],
  words: { least: 0, most: 0 },
  options: {
    completed: ageOption('completed'),
    cancelled: ageOption('cancelled'),
    dead: ageOption('dead'),
    'completed-count': countOption('completed'),
    'cancelled-count': countOption('cancelled'),
    'dead-count': countOption('dead'),
    'max-size': { type: 'value', value: 'SIZE|none', help: 'room for jobs, logs and large results, e.g. 500MB, 2G' },
  },
  examples: [
    { command: 'switchyard retention set --completed 1d --dead 90d', about: 'little history, but time to look at what failed' },
    { command: 'switchyard retention set --completed-count 100000 --max-size 2G', about: 'a bound whatever comes in' },
  ],
  async run(input, context) {
    const patch = readPatch(input);
    if (Object.keys(patch).length === 0) throw new UsageError('retention set needs something to set, e.g. --completed 3d.');
    return show(await (await context.connect()).client.call('patchRetention', { body: patch }), context);
  },
};

function readPatch(input: Input): RetentionPatch {
  const patch: RetentionPatch = {};
  for (const state of finalStates) {
    const forMs = readOrNone(input, state, parseDuration, 'a duration such as 12h or 30d, or none', 0, retentionBounds.forMs);
    const most = readOrNone(input, `${state}-count`, wholeNumber, 'a whole number, or none', 0, retentionBounds.count);
    if (forMs !== undefined || most !== undefined) {
      patch[state] = { ...(forMs === undefined ? {} : { forMs }), ...(most === undefined ? {} : { count: most }) };
    }
  }
  const { leastBytes, mostBytes } = retentionBounds;
  const maxBytes = readOrNone(input, 'max-size', parseBytes, 'a size from 16MB on such as 500MB or 2G, or none', leastBytes, mostBytes);
  if (maxBytes !== undefined) patch.maxBytes = maxBytes;
  return patch;
}

function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function readOrNone(
  input: Input,
  name: string,
  parse: (text: string) => number | null,
  wanted: string,
  least: number,
  most: number,
): number | null | undefined {
  const written = input.text(name);
  if (written === undefined) return undefined;
  if (written === 'none') return null;
  const value = parse(written);
  if (value === null || value < least || value > most) throw new UsageError(`--${name} must be ${wanted}, not "${written}".`);
  return value;
}
