/** `submit --file`: many submissions, streamed in batches, each accepted as a whole or not at all. */

import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import type { FieldError } from '../contract/errors.ts';
import { Problem } from '../contract/errors.ts';
import { limits } from '../contract/limits.ts';
import type { SubmissionInput } from '../contract/submission.ts';
import { submissionSchema } from '../contract/submission.ts';
import type { CommandContext, Input } from './command.ts';
import type { ExitCode } from './exit-codes.ts';
import { exitCodes } from './exit-codes.ts';
import { CommandFailure, EngineUnreachable, explain, UsageError } from './failures.ts';
import type { NumberedLine } from './ndjson.ts';
import { inBatches, readLines } from './ndjson.ts';
import { readSubmissionOptions } from './submission-options.ts';
import { count } from './text.ts';
import type { WaitAsked } from './wait-endings.ts';
import { waitAndSumUp } from './wait-for-many.ts';
import { interruptible, isAway, persist } from './waiting.ts';

/** Well under the 16 MiB of the interface, as the defaults of the command line are added to each line. */
const most = { items: 1000, bytes: 8_388_608 };

type Line = { number: number; bytes: number; submission: SubmissionInput };

/** What stands of the file: ids in the order of its lines, and the line that the next attempt begins at. */
type Progress = { ids: string[]; resumeFrom: number };

export async function submitFile(file: string, input: Input, wait: WaitAsked, context: CommandContext): Promise<number> {
  const { io, remark } = context;
  for (const option of ['payload', 'idempotency-key'] as const) {
    if (input.text(option) !== undefined) throw new UsageError(`--${option} does not go with --file: each line has its own.`);
  }
  if (input.rest !== undefined) throw new UsageError('A command after -- does not go with --file.');
  const fromLine = input.number('from-line', 1, Number.MAX_SAFE_INTEGER) ?? 1;
  const [task] = input.words;
  const defaults: Partial<SubmissionInput> = { ...(task === undefined ? {} : { task }), ...readSubmissionOptions(input) };
  const progress: Progress = { ids: [], resumeFrom: fromLine };

  const source = file === '-' ? io.stdin : createReadStream(resolve(io.folder, file));
  // An error before anyone reads (a file that is not there) is kept by the stream for whoever does; unheard it would end the process.
  source.on('error', () => {});
  let failure: unknown;
  try {
    const ended = await interruptible(io, async (signal) => {
      // Standard input may say nothing for hours.
      signal.addEventListener('abort', () => source.destroy());
      await sendAll(named(source, file), fromLine, defaults, progress, signal, context);
      return true;
    });
    if (ended === null) throw interrupted(progress);
  } catch (error) {
    failure = withResumption(error, progress);
  } finally {
    source.destroy();
  }
  if (failure === undefined && wait !== false) {
    await remark(`Accepted ${count(progress.ids.length, 'job')}.`);
    return waitAndSumUp(progress.ids, wait, context);
  }
  await printIds(progress.ids, context);
  if (failure !== undefined) throw failure;
  return exitCodes.done;
}

/** In a pipe the ids, for `switchyard wait -`; a person is told their number. */
async function printIds(ids: readonly string[], { json, print, paint }: CommandContext): Promise<void> {
  if (json) await print(JSON.stringify({ ids }));
  else if (paint.forPeople) await print(`Accepted ${count(ids.length, 'job')}.`);
  else if (ids.length > 0) await print(ids.join('\n'));
}

async function* named(source: AsyncIterable<Uint8Array | string>, file: string): AsyncGenerator<Uint8Array | string> {
  try {
    yield* source;
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

async function sendAll(
  source: AsyncIterable<Uint8Array | string>,
  fromLine: number,
  defaults: Partial<SubmissionInput>,
  progress: Progress,
  signal: AbortSignal,
  context: CommandContext,
): Promise<void> {
  const connection = await context.connect();
  for await (const batch of inBatches(skipTo(fromLine, readLines(source, limits.bodyBytes)), most)) {
    signal.throwIfAborted();
    const lines = batch.map((line) => readLine(line, defaults));
    const jobs = lines.map((line) => line.submission);
    try {
      // Not aborted by Ctrl-C: a batch on its way is finished, so that what was accepted is known.
      const { ids } = await persist(
        context.io,
        signal,
        () => connection.client.call('submitBatch', { body: { jobs } }),
        // Before anything was accepted there may be no engine at all, which is said at once.
        (error) => progress.ids.length > 0 && isAway(error),
      );
      for (const id of ids) progress.ids.push(id);
      progress.resumeFrom = (lines.at(-1)?.number ?? 0) + 1;
    } catch (error) {
      if (error instanceof Problem) throw inLines(error, lines);
      if (error instanceof EngineUnreachable && error.maybeDone) throw unknownFate(error, lines);
      throw error;
    }
  }
}

async function* skipTo(fromLine: number, lines: AsyncIterable<NumberedLine>): AsyncGenerator<NumberedLine> {
  for await (const line of lines) if (line.number >= fromLine) yield line;
}

/** Checked against the same schema as the engine's, so that a slip in line 40,000 is told before its batch is sent. */
function readLine({ number, text, bytes }: NumberedLine, defaults: Partial<SubmissionInput>): Line {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badLine(number, [{ path: '', message: `is not JSON: ${error instanceof Error ? error.message : String(error)}` }]);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badLine(number, [{ path: '', message: 'must be a JSON object' }]);
  const submission = { ...defaults, ...value };
  const checked = submissionSchema.safeParse(submission);
  if (checked.success) return { number, bytes, submission: submission as SubmissionInput };
  const errors = checked.error.issues.flatMap((issue): FieldError[] => {
    const path = issue.path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ path: `${path}/${key}`, message: 'is not a field of a job' }));
    return [{ path, message: 'task' in submission || path !== '/task' ? issue.message : 'is missing, here and on the command line' }];
  });
  throw badLine(number, errors);
}

function badLine(number: number, errors: FieldError[]): CommandFailure {
  const what = errors
    .map(({ path, message }) => (path === '' ? `Line ${number} ${message}` : `Line ${number}, ${path}: ${message}`))
    .join('; ');
  return new CommandFailure(exitCodes.wrongUse, 'invalid-request', { what: `${what}.` }, { line: number, errors });
}

/** `/jobs/17/payload/x` of the batch becomes the line that was its eighteenth. */
export function inLines(problem: Problem, lines: readonly { number: number }[]): Problem | CommandFailure {
  const errors = problem.extras.errors?.map((error) => {
    const [, index, path = ''] = /^\/jobs\/(\d+)(\/.*)?$/.exec(error.path) ?? [];
    const line = index === undefined ? undefined : lines[Number(index)]?.number;
    return line === undefined ? error : { line, path, message: error.message };
  });
  if (!errors?.some((error) => 'line' in error)) return problem;
  const what = errors
    .map((error) =>
      'line' in error
        ? `Line ${error.line}${error.path === '' ? '' : `, ${error.path}`}: ${error.message}`
        : `${error.path}: ${error.message}`,
    )
    .join('; ');
  const explained = explain(problem);
  const exitCode: ExitCode = explained?.exitCode ?? exitCodes.wrongUse;
  return new CommandFailure(
    exitCode,
    problem.code,
    { what: `${what}.`, ...(explained?.todo === undefined ? {} : { todo: explained.todo }) },
    { errors },
  );
}

function unknownFate(error: EngineUnreachable, lines: readonly Line[]): CommandFailure {
  const first = lines[0]?.number ?? 0;
  const last = lines.at(-1)?.number ?? 0;
  return new CommandFailure(
    exitCodes.noEngine,
    'connection-lost',
    {
      what: `The connection broke while lines ${first} to ${last} were being sent.`,
      meaning: 'They were accepted as a whole or not at all, but the answer that says which is lost.',
      todo: `Look for the job of line ${first} with \`switchyard ls --order -createdAt\` before you resume. (${error.message})`,
    },
    { unknownLines: [first, last] },
  );
}

function interrupted(progress: Progress): CommandFailure {
  return new CommandFailure(exitCodes.interrupted, 'interrupted', {
    what: 'Interrupted.',
    meaning: progress.ids.length === 0 ? 'Nothing was accepted.' : 'What was accepted goes on.',
  });
}

/** Any end but the good one says how far it came. */
function withResumption(error: unknown, { ids, resumeFrom }: Progress): unknown {
  const explained = explain(error);
  if (explained === null) return error;
  const far = `${ids.length === 0 ? 'No job of the file was accepted' : `Accepted before it: ${count(ids.length, 'job')}`}.`;
  const todo = [explained.todo, `To resume: --from-line ${resumeFrom}`].filter((part) => part !== undefined).join(' ');
  const meaning = [explained.meaning, far]
    .filter((part) => part !== undefined && !(ids.length === 0 && part === 'Nothing was accepted.'))
    .join(' ');
  return new CommandFailure(
    explained.exitCode,
    explained.details.code,
    { what: explained.what, meaning, todo },
    { ...explained.details, accepted: ids.length, resumeFromLine: resumeFrom },
  );
}
