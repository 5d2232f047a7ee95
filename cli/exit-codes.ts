/** The exit codes of API.md "Command line", and which of them an error of the engine becomes. */

import type { ProblemCode } from '../contract/errors.ts';

export const exitCodes = {
  done: 0,
  jobFailed: 1,
  wrongUse: 2,
  noEngine: 3,
  refused: 4,
  /** EX_IOERR of sysexits.h. */
  outputLost: 74,
  timedOut: 124,
  /** 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const byProblem: Record<ProblemCode, ExitCode> = {
  'invalid-request': exitCodes.wrongUse,
  'not-found': exitCodes.wrongUse,
  'method-not-allowed': exitCodes.wrongUse,
  'payload-too-large': exitCodes.wrongUse,
  'unsupported-media-type': exitCodes.wrongUse,
  'unknown-task': exitCodes.wrongUse,
  'unknown-queue': exitCodes.wrongUse,
  'idempotency-mismatch': exitCodes.wrongUse,
  'wrong-state': exitCodes.refused,
  unauthorized: exitCodes.refused,
  'foreign-origin': exitCodes.refused,
  'misdirected-request': exitCodes.refused,
  'backlog-full': exitCodes.refused,
  'rate-limited': exitCodes.refused,
  'lane-saturated': exitCodes.refused,
  'shutting-down': exitCodes.refused,
  'circuit-open': exitCodes.refused,
  'storage-full': exitCodes.refused,
  'internal-error': exitCodes.refused,
  'engine-offline': exitCodes.noEngine,
  'task-failed': exitCodes.jobFailed,
  'deadline-exceeded': exitCodes.timedOut,
};

export function exitCodeOf(code: ProblemCode): ExitCode {
  return byProblem[code];
}

/** Of several outcomes the one that a script must see. */
export function worst(codes: readonly number[]): number {
  return codes.reduce((most, code) => Math.max(most, code), exitCodes.done);
}
