import { randomUUID } from 'node:crypto';
import type { Job } from '../../contract/job.ts';
import { limits } from '../../contract/limits.ts';
import { isFinal } from '../../contract/states.ts';
import type { SubmissionInput } from '../../contract/submission.ts';
import type { Command, CommandContext, Input } from '../command.ts';
import type { Connection } from '../connection.ts';
import { parseDuration } from '../durations.ts';
import { renderDetails, renderJson } from '../error-view.ts';
import { exitCodes } from '../exit-codes.ts';
import { CommandFailure, EngineUnreachable, UsageError } from '../failures.ts';
import { renderJobLine } from '../job-view.ts';
import { payloadOption, readPayload } from '../payload-source.ts';
import { printResult } from '../result.ts';
import { readSubmissionOptions, submissionOptions } from '../submission-options.ts';
import { harmless } from '../text.ts';
import type { WaitAsked } from '../wait-endings.ts';
import { interruptedWait, tooLate } from '../wait-endings.ts';
import { interruptible, isAway, persist, waitForJob } from '../waiting.ts';

export const submit: Command = {
  name: 'submit',
  group: 'Jobs',
  summary: 'Submit a job, or a file of them',
  usage: 'TASK [options] [-- COMMAND ARG…]',
  details: [
    'Standard output is the job’s id, or with --mode sync or --wait its result; an id is only printed once the job is durable.',
    'What stands after -- is the command of a shell.run, run in the present folder.',
    'A file holds one submission a line (NDJSON: {"task":"…","payload":{…},…}), - is standard input. The options given here are\n' +
      'the defaults of its lines, and TASK may then be left out where each line names its own. Lines are sent in batches of up to\n' +
      '1,000; a batch is accepted as a whole or not at all, and after an error the line to resume from is named.',
  ],
  words: { least: 0, most: 1 },
  takesRest: true,
  options: {
    ...payloadOption,
    file: { type: 'value', value: 'FILE', help: 'submit each line of an NDJSON file' },
    'from-line': { type: 'value', value: 'N', help: 'with --file: begin at this line' },
    wait: { type: 'optional', value: 'DURATION', help: 'until the end, or at most e.g. 30s; exits 0 completed, 1 failed, 124 too late' },
    ...submissionOptions,
    'idempotency-key': { type: 'value', value: 'KEY', help: 'submitting again with the same key and input within 24 h gives the same job' },
  },
  examples: [
    { command: 'switchyard submit shell.run --wait -- convert a.png b.webp', about: 'a command, until it has ended' },
    { command: `switchyard submit file.hash --mode sync --payload '{"paths":["/etc/hosts"]}'`, about: 'the result at once' },
    { command: 'switchyard submit http.request --payload @request.json --retry-max 10 --tag nightly', about: 'the input from a file' },
    {
      command: `switchyard submit like --mode hybrid --optimistic '{"likes":8}'`,
      about: 'a promise at once, rolled back if the work fails',
    },
    { command: 'switchyard submit --file jobs.ndjson --wait', about: 'many, and how they ended' },
  ],
  async run(input, context) {
    const file = input.text('file');
    if (file !== undefined) {
      const { submitFile } = await import('../submit-file.ts');
      return submitFile(file, input, readWait(input), context);
    }
    return submitOne(input, context);
  },
};

function readWait(input: Input): WaitAsked {
  if (!input.flag('wait')) return false;
  const written = input.text('wait') ?? '';
  if (written === '') return null;
  const ms = parseDuration(written);
  if (ms === null) throw new UsageError(`--wait must be a duration such as 30s or 5m (a bare number is seconds), not "${written}".`);
  return ms;
}

async function submitOne(input: Input, context: CommandContext): Promise<number> {
  const [task] = input.words;
  if (task === undefined) throw new UsageError('submit needs TASK, or --file.');
  if (input.text('from-line') !== undefined) throw new UsageError('--from-line goes with --file.');
  const wait = readWait(input);
  const payload = await readPayload(task, input, context);
  const body: SubmissionInput = { ...readSubmissionOptions(input), task, payload };
  if (body.mode === 'sync' && typeof wait === 'number') body.waitMs = Math.min(wait, limits.waitMs);
  const connection = await context.connect();
  let accepted: Job | undefined;
  const code = await interruptible(context.io, async (signal) => {
    const deadline = typeof wait === 'number' ? context.io.now() + wait : null;
    accepted = await send(connection, context, body, input.text('idempotency-key'), signal);
    if (accepted.duplicate) await context.remark(`A job with the unique key ${input.text('unique') ?? ''} stands already; this is it.`);
    if (wait === false && body.mode !== 'sync') return printAccepted(accepted, context);
    // A sync answer too may be a job that still runs: one that holds the unique key, or one past the wait that was given.
    if (isFinal(accepted.state)) return printEnd(accepted, connection, context);
    await context.remark(`Waiting for job ${accepted.id}; Ctrl-C leaves it running.`);
    const { job, timedOut } = await waitForJob(connection, context.io, accepted.id, deadline, signal);
    if (!timedOut) return printEnd(job, connection, context);
    if (context.json) await context.print(JSON.stringify(job));
    return context.report(tooLate([job.id], wait || 0));
  });
  return code ?? context.report(accepted ? interruptedWait(1, [accepted.id]) : interruptedSubmission(task));
}

/** A key of our own, where none is given, makes it safe to ask again when the connection breaks before the answer. */
function send(
  connection: Connection,
  { io }: CommandContext,
  body: SubmissionInput,
  key: string | undefined,
  signal: AbortSignal,
): Promise<Job> {
  const headers = { 'idempotency-key': key ?? randomUUID() };
  let sent = false;
  const ask = () => connection.client.call('submitJob', { body, headers, signal });
  return persist(io, signal, ask, (error) => {
    sent ||= error instanceof EngineUnreachable && error.maybeDone;
    return sent && (isAway(error) || error instanceof EngineUnreachable);
  });
}

async function printAccepted(job: Job, { json, print, remark, io, errorPaint }: CommandContext): Promise<number> {
  if (json) {
    await print(JSON.stringify(job));
    return exitCodes.done;
  }
  await print(job.id);
  if (job.mode === 'hybrid') await remark(promiseText(job));
  const next = isFinal(job.state) ? `switchyard get ${job.id}` : `switchyard logs ${job.id} -f`;
  await remark(`${renderJobLine(job, io.now(), { ...errorPaint, style: (_, text) => text })}\n${next}`);
  return exitCodes.done;
}

function promiseText({ optimistic, decision }: Job): string {
  return optimistic === null ? (decision?.reason ?? 'Nothing was promised.') : `Promised: ${harmless(JSON.stringify(optimistic))}`;
}

async function printEnd(
  job: Job,
  { client }: Connection,
  { json, print, remark, report, io, errorPaint }: CommandContext,
): Promise<number> {
  if (json) await print(JSON.stringify(job));
  else if (job.state === 'completed') {
    await remark(renderJobLine(job, io.now(), errorPaint));
    if (job.resultFile) await printResult(client, job.id, io);
    else await print(renderJson(job.result));
  }
  if (job.state === 'completed') return exitCodes.done;
  if (json) return exitCodes.jobFailed;
  const fate =
    job.state === 'dead'
      ? `It had ${job.attempt === 1 ? 'one attempt' : `${job.attempt} attempts`} and is kept among the dead letters.`
      : 'It does not run again by itself.';
  return report(
    new CommandFailure(exitCodes.jobFailed, 'job-failed', {
      what: `Job ${job.id} is ${job.state}${job.error === null ? '.' : `: ${harmless(job.error.message)}`}`,
      meaning: [...renderDetails(job.error?.details), fate].join('\n'),
      todo: `switchyard logs ${job.id} shows what it wrote; switchyard retry ${job.id} runs it again.`,
    }),
  );
}

function interruptedSubmission(task: string): CommandFailure {
  return new CommandFailure(exitCodes.interrupted, 'interrupted', {
    what: 'Interrupted before the engine answered.',
    meaning: 'If the job was accepted, it goes on.',
    todo: `switchyard ls --task ${task} --limit 1 shows whether it was.`,
  });
}
