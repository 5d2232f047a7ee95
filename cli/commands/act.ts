import type { ProblemDetails } from '../../contract/errors.ts';
import { Problem } from '../../contract/errors.ts';
import type { Job } from '../../contract/job.ts';
import type { Command, CommandContext } from '../command.ts';
import { worst } from '../exit-codes.ts';
import { readIds } from '../ids.ts';
import { renderJobLine } from '../job-view.ts';

type Action = { name: string; route: 'cancelJob' | 'retryJob' | 'runJobNow'; summary: string; details: string; example: string };

const several =
  'Several ids may be given, or - to read them from standard input. One that fails does not stop the others; the worst exit code counts.';

function changing({ name, route, summary, details, example }: Action): Command {
  return {
    name,
    group: 'Jobs',
    summary,
    usage: 'ID… | -',
    details: [details, several],
    words: { least: 1, most: Number.POSITIVE_INFINITY },
    options: {},
    examples: [{ command: example, about: summary.toLowerCase() }],
    async run(input, context) {
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
  details: 'A waiting job is cancelled at once. A running one is told to stop and, after a grace period of 5 s, made to.',
  example: 'switchyard cancel 01932f6e-…',
});

export const retry = changing({
  name: 'retry',
  route: 'retryJob',
  summary: 'Run ended jobs again',
  details: 'The same job, with fresh attempts. A job that waits for its next attempt runs now.',
  example: 'switchyard retry 01932f6e-…',
});

export const runNow = changing({
  name: 'run-now',
  route: 'runJobNow',
  summary: 'Make scheduled or retrying jobs due now',
  details: 'For jobs in the states scheduled and retryable.',
  example: 'switchyard run-now 01932f6e-…',
});

export const remove: Command = {
  name: 'rm',
  group: 'Jobs',
  summary: 'Delete jobs with their logs',
  usage: 'ID… | -',
  details: ['A running job is refused: cancel it first.', several],
  words: { least: 1, most: Number.POSITIVE_INFINITY },
  options: {},
  examples: [{ command: 'switchyard rm 01932f6e-…', about: 'delete one job' }],
  async run(input, context) {
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
