/** Sends a workload's requests at their times, however slow the answers are: an open loop, as callers who know nothing of each other. */

import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { Agent, request as httpRequest } from 'undici';
import type { ProblemCode, ProblemDetails } from '../../contract/errors.ts';
import type { Mode } from '../../contract/job.ts';
import type { AnswerKind } from '../../contract/lab-run.ts';
import type { SubmissionInput } from '../../contract/submission.ts';
import { type ModeTally, tagOf } from '../../lab/mode-tally.ts';
import type { PlannedRequest } from '../../lab/workload.ts';
import type { LabRequest } from './messages.ts';
import { standInTask } from './stand-in.ts';

/** Requests without an answer at a time; more wait here, and their latency counts on. */
const connections = 1_024;
/** Requests that are sent before others get a turn, while it is behind. */
const inOneGo = 32;

/** Milliseconds since 1970, finer than the clock of the engine. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

export type Sending = {
  socket: string;
  requests: Iterable<PlannedRequest>;
  mode: Mode;
  request: Pick<LabRequest, 'workload' | 'waitMs'>;
  /** Of the first moment, milliseconds since 1970. */
  beginsAt: number;
  tally: ModeTally;
  signal: AbortSignal;
};

/** Resolves once all are sent and answered, or none any more after an abort. */
export async function sendAll({ socket, requests, mode, request, beginsAt, tally, signal }: Sending): Promise<void> {
  const agent = new Agent({ connect: { socketPath: socket }, connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  const underway = new Set<Promise<void>>();
  let inGo = 0;
  let wrong: unknown;
  try {
    for (const planned of requests) {
      const intendedAt = beginsAt + planned.atMs;
      const earlyMs = intendedAt - now();
      if (earlyMs >= 1) {
        await delay(earlyMs, undefined, { signal }).catch(() => {});
        inGo = 0;
      } else if (++inGo % inOneGo === 0) await nextTurn();
      while (underway.size >= connections && !signal.aborted) await Promise.race(underway);
      if (signal.aborted) break;
      tally.send(planned.index, intendedAt);
      const body = JSON.stringify(submissionOf(planned, mode, request));
      const sentAt = now();
      const answered: Promise<void> = send(agent, body, signal)
        .then((kind) => {
          // What a stop has cut off was not lost by the engine.
          if (kind !== 'lost' || !signal.aborted) tally.answer(planned.index, kind, { sentAt, answeredAt: now() });
        })
        .finally(() => underway.delete(answered));
      underway.add(answered);
      // Looked at below, and when a place among the connections is waited for.
      answered.catch((error: unknown) => {
        wrong ??= error;
      });
      if (wrong !== undefined) break;
    }
    await Promise.all(underway);
    if (wrong !== undefined) throw wrong;
  } finally {
    await agent.destroy();
  }
}

function submissionOf(
  { index, serviceMs, failingAttempts, payload }: PlannedRequest,
  mode: Mode,
  { workload, waitMs }: Sending['request'],
): SubmissionInput {
  const { work } = workload;
  const submission: SubmissionInput =
    work.kind === 'task'
      ? { task: work.task, payload, mode, tags: [tagOf(index)] }
      : { task: standInTask, payload: { ...payload, serviceMs: serviceMs ?? 0, failingAttempts }, mode, tags: [tagOf(index)] };
  return waitMs !== null && (mode === 'auto' || mode === 'async') ? { ...submission, waitMs } : submission;
}

/** @throws Error when the engine takes the request for a wrong one, as it would all the others */
async function send(agent: Agent, body: string, signal: AbortSignal): Promise<AnswerKind> {
  const answer = await ask(agent, body, signal);
  if (answer === null) return 'lost';
  const { status, text } = answer;
  if (status === 202) return 'accepted';
  if (status === 200) return (JSON.parse(text) as { state: string }).state === 'completed' ? 'answered' : 'failed';
  const { code, detail } = JSON.parse(text) as ProblemDetails;
  const kind = refusals[code];
  if (kind === undefined) throw new Error(`The lab’s engine does not take these requests: ${detail}`);
  return kind;
}

/** Null: the connection broke, or the run was stopped. */
async function ask(agent: Agent, body: string, signal: AbortSignal): Promise<{ status: number; text: string } | null> {
  try {
    const answer = await httpRequest('http://localhost/v1/jobs', {
      ...{ method: 'POST', dispatcher: agent, body, signal, headers: { 'content-type': 'application/json' } },
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  } catch {
    return null;
  }
}

const refusals: Partial<Record<ProblemCode, AnswerKind>> = {
  'lane-saturated': 'refused',
  'backlog-full': 'refused',
  'rate-limited': 'refused',
  'circuit-open': 'refused',
  'storage-full': 'refused',
  'shutting-down': 'refused',
  'task-failed': 'failed',
  'deadline-exceeded': 'timed-out',
  'internal-error': 'lost',
};
