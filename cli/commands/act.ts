import type { ProblemDetails } from '../../contract/errors.ts';
import { Problem } from '../../contract/errors.ts';
import type { Job } from '../../contract/job.ts';
import { isFinal, jobStates } from '../../contract/states.ts';
import { type ActionOnAll, actOnAll, allDetails, allOptions, allUsage, asksForAll } from '../act-on-all.ts';
import type { Command, CommandContext } from '../command.ts';
import { worst } from '../exit-codes.ts';
import { readIds } from '../ids.ts';
import { renderJobLine } from '../job-view.ts';

type Action = {
  name: string;
  route: 'cancelJob' | 'retryJob' | 'runJobNow';
  summary: string;
  details: string;
  onAll: ActionOnAll;
  /** After the name, for `--all`. */
  filterExample: string;
};

const several =
  'Several ids may be given, or - to read them from standard input. One that fails does not stop the others; the worst exit code counts.';

function changing({ name, route, summary, details, onAll, filterExample }: Action): Command {
  return {
    name,
    group: 'Jobs',
    summary,
    usage: allUsage,
    details: [details, several, allDetails],
    words: { least: 0, most: Number.POSITIVE_INFINITY },
    options: allOptions(onAll),
    examples: [
      { command: `switchyard ${name} 01932f6e-…`, about: summary.toLowerCase() },
      { command: `switchyard ${name} --all ${filterExample}`, about: 'everything that the filters leave' },
    ],
    async run(input, context) {
      if (asksForAll(name, input, context.io.now())) return actOnAll(onAll, input, context);
      const { client } = await context.connect();
      const ids = await readIds(input.words, context.io);
      const jobs: Job[] = [];
      const { codes, errors } = await each(ids, context, async (id) => {
        const job = await client.call(route, { params: { id } });
        jobs.push(job);
        if (!context.json) await context.print(renderJobLine(job, context.io.now(), context.paint));
      });
      if (context.json && ids.length > 1) await context.print(JSON.stringify({ jobs, errors }));
      else if (context.json && jobs[0]) await context.print(JSON.stringify(jobs[0]));
      return worst(codes);
    },
  };
}

export const cancel = changing({
  name: 'cancel',
  route: 'cancelJob',
  summary: 'Cancel jobs',
  details:
    'A waiting job is cancelled at once. A running one is told to stop and, after a grace period of 5 s, made to. ' +
    '--all leaves out what has ended.',
  onAll: {
    action: 'cancel',
    verb: 'Cancel',
    done: 'cancelled',
    states: jobStates.filter((state) => !isFinal(state)),
    asks: true,
  },
  filterExample: '--queue photos --state available',
});

export const retry = changing({
  name: 'retry',
  route: 'retryJob',
  summary: 'Run ended jobs again',
  details: 'The same job, with fresh attempts. A job that waits for its next attempt runs now.',
  onAll: { action: 'retry', verb: 'Retry', done: 'in line again', asks: false },
  filterExample: '--state cancelled --created-after 1h',
});

export const runNow = changing({
  name: 'run-now',
  route: 'runJobNow',
  summary: 'Make scheduled or retrying jobs due now',
  details: 'For jobs in the states scheduled and retryable.',
  onAll: { action: 'run-now', verb: 'Run', done: 'due now', asks: false },
  filterExample: '--state retryable --task http.request',
});

const deleteAll: ActionOnAll = { action: 'delete', verb: 'Delete', done: 'deleted', asks: true };

export const remove: Command = {
  name: 'rm',
  group: 'Jobs',
  summary: 'Delete jobs with their logs',
  usage: allUsage,
  details: ['A running job is refused: cancel it first.', several, allDetails],
  words: { least: 0, most: Number.POSITIVE_INFINITY },
  options: allOptions(deleteAll),
  examples: [
    { command: 'switchyard rm 01932f6e-…', about: 'delete one job' },
    { command: 'switchyard rm --all --state completed --created-before 1d', about: 'what completed and is older than a day' },
  ],
  async run(input, context) {
    if (asksForAll('rm', input, context.io.now())) return actOnAll(deleteAll, input, context);
    const { client } = await context.connect();
    const ids = await readIds(input.words, context.io);
    const deleted: string[] = [];
    const { codes, errors } = await each(ids, context, async (id) => {
      await client.call('deleteJob', { params: { id } });
      deleted.push(id);
      if (!context.json) await context.print(`deleted  ${id}`);
    });
    if (context.json) await context.print(JSON.stringify({ deleted, errors }));
    return worst(codes);
  },
};

/** Goes on after what the engine refuses; an engine that is gone ends it. */
async function each(
  ids: readonly string[],
  context: CommandContext,
  act: (id: string) => Promise<void>,
): Promise<{ codes: number[]; errors: ProblemDetails[] }> {
  const codes: number[] = [];
  const errors: ProblemDetails[] = [];
  for (const id of ids) {
    try {
      await act(id);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const about = new Problem(error.code, ids.length > 1 ? `${id}: ${error.message}` : error.message, { ...error.extras, jobId: id });
      errors.push(about.toJSON());
      codes.push(await context.report(about));
    }
  }
  return { codes, errors };
}
