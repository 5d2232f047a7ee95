import type { ProblemDetails } from '../../contract/errors.ts';
import { Problem } from '../../contract/errors.ts';
import type { Job } from '../../contract/job.ts';
import type { Command, CommandContext } from '../command.ts';
import { renderDetails } from '../error-view.ts';
import { exitCodes, worst } from '../exit-codes.ts';
import { readIds } from '../ids.ts';
import { renderJobLine } from '../job-view.ts';
import { indent } from '../text.ts';
import { interruptedWait, tooLate } from '../wait-endings.ts';
import { interruptible, waitForJobs } from '../waiting.ts';

export const wait: Command = {
  name: 'wait',
  group: 'Jobs',
  summary: 'Wait until jobs have ended',
  usage: 'ID… | -',
  details: [
    'Prints each job as it ends. Exits with 0 when all completed, 1 when one is dead or cancelled, 124 when the time is up.\n' +
      'An engine that restarts meanwhile is waited for. Ctrl-C ends the wait, never the job.',
  ],
  words: { least: 1, most: Number.POSITIVE_INFINITY },
  options: {
    timeout: { type: 'value', value: 'DURATION', help: 'give up after e.g. 30s or 5m (default: never)' },
  },
  examples: [
    { command: 'switchyard wait 01932f6e-… --timeout 5m', about: 'at most five minutes' },
    { command: 'switchyard submit --file jobs.ndjson | switchyard wait -', about: 'a whole file of jobs' },
  ],
  async run(input, context) {
    const ids = await readIds(input.words, context.io);
    return waitAndReport(ids, input.duration('timeout') ?? null, context);
  },
};

/** @param timeoutMs null waits for ever */
async function waitAndReport(ids: readonly string[], timeoutMs: number | null, context: CommandContext): Promise<number> {
  const { io, json, print, paint, report } = context;
  const connection = await context.connect();
  // Without patience at first: that no engine runs is said at once.
  await connection.client.call('getHealth', {});
  const codes: number[] = [];
  const jobs = new Map<string, Job>();
  const errors: ProblemDetails[] = [];
  const late: string[] = [];
  const finished = await interruptible(io, async (signal) => {
    const deadline = timeoutMs === null ? null : io.now() + timeoutMs;
    await waitForJobs(connection, io, ids, deadline, signal, {
      async ended({ job, timedOut }) {
        jobs.set(job.id, job);
        if (timedOut) late.push(job.id);
        else codes.push(job.state === 'completed' ? exitCodes.done : exitCodes.jobFailed);
        if (json || timedOut) return;
        await print(renderJobLine(job, io.now(), paint));
        for (const detail of renderDetails(job.state === 'dead' ? job.error?.details : null)) await print(indent(detail, '  '));
      },
      async failed(id, error) {
        if (error instanceof Problem) errors.push({ ...error.toJSON(), jobId: id });
        codes.push(await report(error));
      },
    });
    return true;
  });
  if (json) await printJobs(ids, jobs, errors, print);
  if (finished === null) {
    codes.push(
      await report(
        interruptedWait(
          ids.length - codes.length,
          ids.filter((id) => !jobs.has(id)),
        ),
      ),
    );
    return exitCodes.interrupted;
  }
  if (late.length > 0) {
    await report(tooLate(late, timeoutMs ?? 0));
    return exitCodes.timedOut;
  }
  return worst(codes);
}

/** One id: the job as the engine sent it, nothing when it could not be read. Several: in the order asked for. */
async function printJobs(
  ids: readonly string[],
  jobs: ReadonlyMap<string, Job>,
  errors: readonly ProblemDetails[],
  print: CommandContext['print'],
): Promise<void> {
  const found = ids.map((id) => jobs.get(id)).filter((job) => job !== undefined);
  if (ids.length > 1) await print(JSON.stringify({ jobs: found, errors }));
  else if (found[0]) await print(JSON.stringify(found[0]));
}
