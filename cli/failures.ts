/** Expected failures of a command. Each says what happened, what that means for the job, and what to do. */

import type { ProblemDetails } from '../contract/errors.ts';
import { Problem } from '../contract/errors.ts';
import { renderDetails } from './error-view.ts';
import type { ExitCode } from './exit-codes.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { harmless } from './text.ts';

export type Explanation = {
  exitCode: ExitCode;
  what: string;
  meaning?: string;
  todo?: string;
  /** For `--json`: an error of the engine as it was sent, else one of the command line's own in the same shape. */
  details: ProblemDetails | ({ code: string; detail: string } & Record<string, unknown>);
};

/** The command was written wrongly; nothing was sent. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly explanation: Explanation;

  /** @param extra further members of the `--json` form */
  constructor(
    exitCode: ExitCode,
    code: string,
    text: { what: string; meaning?: string; todo?: string },
    extra: Record<string, unknown> = {},
  ) {
    super(text.what);
    const detail = [text.what, text.meaning, text.todo].filter((part) => part !== undefined).join(' ');
    this.explanation = { exitCode, ...text, details: { ...extra, code, detail } };
  }
}

/** Nobody answers in this home, or the answer broke off. */
export class EngineUnreachable extends Error {
  override readonly name = 'EngineUnreachable';
  readonly explanation: Explanation;
  /** The request had left when the connection broke: what it asked for may have happened. */
  readonly maybeDone: boolean;

  constructor(maybeDone: boolean, text: { what: string; meaning?: string; todo?: string }, cause?: unknown) {
    super(text.what, { cause });
    this.maybeDone = maybeDone;
    const detail = [text.what, text.meaning, text.todo].filter((part) => part !== undefined).join(' ');
    this.explanation = { exitCode: exitCodes.noEngine, ...text, details: { code: maybeDone ? 'connection-lost' : 'no-engine', detail } };
  }
}

/** @returns null for a bug, which is not to be dressed up */
export function explain(error: unknown): Explanation | null {
  if (error instanceof CommandFailure || error instanceof EngineUnreachable) return error.explanation;
  if (error instanceof UsageError) {
    return { exitCode: exitCodes.wrongUse, what: error.message, details: { code: 'wrong-use', detail: error.message } };
  }
  if (error instanceof Problem) return explainProblem(error);
  return null;
}

function explainProblem(problem: Problem): Explanation {
  const explanation: Explanation = { exitCode: exitCodeOf(problem.code), what: harmless(problem.message), details: problem.toJSON() };
  const { meaning, todo } = consequences(problem);
  if (meaning !== undefined) explanation.meaning = meaning;
  if (todo !== undefined) explanation.todo = todo;
  return explanation;
}

/** What the engine's own words leave open on a command line. */
function consequences(problem: Problem): { meaning?: string; todo?: string } {
  const { jobId, retryAfterMs } = problem.extras;
  const later = retryAfterMs === undefined ? 'Try again later' : `Try again in ${Math.ceil(retryAfterMs / 1000)} s`;
  switch (problem.code) {
    case 'backlog-full':
    case 'rate-limited':
    case 'circuit-open':
      return { meaning: 'Nothing was accepted.', todo: `${later}.` };
    case 'lane-saturated':
      return { meaning: 'Nothing was accepted.', todo: `${later}, or submit with --mode async, which waits in line.` };
    case 'shutting-down':
      return { meaning: 'Nothing was accepted. What the engine holds goes on when it starts again.', todo: `${later}.` };
    case 'storage-full':
      return {
        meaning: 'Nothing was accepted; what was accepted before is safe.',
        todo: 'Free disk space; `switchyard doctor` shows how much there is.',
      };
    case 'unknown-queue':
      return { todo: '`switchyard queue ls` lists the queues; `switchyard queue make NAME` makes one.' };
    case 'unauthorized':
      return { todo: 'Run the command as the user who owns the home, or set SWITCHYARD_HOME to the engine’s home.' };
    case 'task-failed':
      return jobId === undefined
        ? {}
        : {
            meaning: [...renderDetails(problem.extras.error?.details), `Job ${jobId} has ended.`].join('\n'),
            todo: `switchyard logs ${jobId} shows what it wrote; switchyard retry ${jobId} runs it again.`,
          };
    case 'deadline-exceeded':
      return { meaning: 'The job was cancelled.', todo: 'Give it longer with --timeout, or submit it with --mode async.' };
    case 'internal-error':
      return { meaning: 'Whether anything was done is not known.', todo: '`switchyard doctor` looks for a cause.' };
    default:
      return {};
  }
}
