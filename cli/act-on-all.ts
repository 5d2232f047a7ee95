/** One thing done to every job that a filter matches, by the engine, as an operation. */

import type { JobActionRequest } from '../contract/operations.ts';
import type { JobState } from '../contract/states.ts';
import type { CommandContext, Input, Option } from './command.ts';
import { confirm } from './confirm.ts';
import { UsageError } from './failures.ts';
import { filterOptions, readFilter } from './job-filter.ts';
import { followOperation } from './operation.ts';
import { count } from './text.ts';

export type ActionOnAll = {
  action: JobActionRequest['action'];
  /** As in the question: `Cancel`. */
  verb: string;
  /** What has become of the jobs: `cancelled`. */
  done: string;
  /** Chosen where no --state is given; undefined: all. */
  states?: readonly JobState[];
  /** What cannot be taken back is asked about first. */
  asks: boolean;
};

export const allUsage = 'ID… | - | --all [filters]';

export function allOptions({ verb, asks }: ActionOnAll): Readonly<Record<string, Option>> {
  return {
    all: { type: 'flag', help: `${verb.toLowerCase()} every job that the filters leave` },
    ...filterOptions,
    ...(asks ? { yes: { type: 'flag', help: 'with --all: do not ask; needed where no terminal is there to answer' } as const } : {}),
  };
}

export const allDetails =
  'With --all, what is chosen is chosen once, at the start; jobs in a state that does not fit are left as they are and counted. ' +
  'The engine does it: Ctrl-C only stops looking at it.';

/** Whether all are asked for rather than ids. @throws UsageError when neither is, or both */
export function asksForAll(name: string, input: Input, now: number): boolean {
  const all = input.flag('all');
  if (all && input.words.length > 0) throw new UsageError('Give either ids or --all.');
  if (all) return true;
  if (input.words.length === 0) throw new UsageError(`${name} needs ID… or --all.`);
  if (Object.keys(readFilter(input, now)).length > 0) throw new UsageError('Filters go with --all.');
  return false;
}

/** @returns the exit code: 4 when some could not be done */
export async function actOnAll({ action, verb, done, states, asks }: ActionOnAll, input: Input, context: CommandContext): Promise<number> {
  const filter = { ...(states && { state: [...states] }), ...readFilter(input, context.io.now()) };
  const connection = await context.connect();
  if (asks && !input.flag('yes')) {
    const { total, exact } = await connection.client.call('listJobs', { query: { ...filter, limit: 1 } });
    await confirm(context, `${verb} ${exact ? '' : 'at least '}${count(total, 'job')}? This cannot be undone.`);
  }
  return followOperation([await connection.client.call('actOnJobs', { body: { action, filter } })], done, connection, context);
}
