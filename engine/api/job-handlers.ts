/** Jobs. */

import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { clientHeader } from '../../contract/client.ts';
import { invalid } from '../../contract/errors.ts';
import type { Job } from '../../contract/job.ts';
import { pollDelayFrom, pollDelayMs } from '../../contract/polling.ts';
import { idempotencyKeySchema } from '../../contract/submission.ts';
import type { Backend, ListedPage, SubmitAnswer, SubmitOptions, WrittenJob } from '../queue/backend.ts';
import { type Answer, empty, json, jsonText, retryAfterSeconds } from './answer.ts';
import { entityTag, noneMatch } from './entity-tag.ts';
import type { Handlers } from './handler.ts';
import { param } from './handler.ts';
import { parsePrefer } from './prefer.ts';
import { sendResult } from './send-result.ts';

type JobRoute =
  | 'submitJob'
  | 'submitBatch'
  | 'listJobs'
  | 'getJob'
  | 'patchJob'
  | 'deleteJob'
  | 'listAttempts'
  | 'cancelJob'
  | 'retryJob'
  | 'runJobNow'
  | 'getResult';

/**
 * @param refuseWork throws shutting-down once the engine takes nothing more
 * @param stalledMs a reader of a large result that takes nothing for so long is given up
 */
export function jobHandlers(backend: Backend, now: () => number, refuseWork: () => void, stalledMs: number): Pick<Handlers, JobRoute> {
  return {
    submitJob: async ({ body, rawBody, request }) => {
      refuseWork();
      const options = submitOptions(request.headers, rawBody, body.waitMs);
      const answer = await backend.submit(body, options);
      const written = answer.written ?? writtenOf(answer.job);
      return jsonText(answer.status, written.text, submitHeaders(answer, written, now()));
    },

    submitBatch: async ({ body, request }) => {
      refuseWork();
      if (request.headers['idempotency-key'] !== undefined) {
        throw invalid('Idempotency-Key', 'is not offered for a batch; leave it out, or give each job a "unique" key');
      }
      return json(202, { ids: await backend.submitBatch(body.jobs) });
    },

    listJobs: async ({ query }) => pageAnswer(await backend.listJobs(query)),

    getJob: async (call) => {
      const id = param(call, 'id');
      const { waitMs } = call.query;
      const askedAt = now();
      const job = waitMs ? await backend.waitForJob(id, waitMs) : await backend.getJob(id);
      // The window reads when it has heard of a change; it is no poller.
      if (call.request.headers[clientHeader] !== 'window') backend.noteRead(job, waitMs ? now() - askedAt : null);
      const answer = json(200, job);
      const tag = entityTag(answer.body ?? '');
      const headers = ['ETag', tag, ...pollHeaders(job, now())];
      return noneMatch(call.request.headers['if-none-match'], tag) ? { ...answer, headers } : empty(304, headers);
    },

    patchJob: async (call) => json(200, await backend.patchJob(param(call, 'id'), call.body)),
    cancelJob: async (call) => json(200, await backend.cancelJob(param(call, 'id'))),
    retryJob: async (call) => json(200, await backend.retryJob(param(call, 'id'))),
    runJobNow: async (call) => json(200, await backend.runJobNow(param(call, 'id'))),
    deleteJob: async (call) => {
      await backend.deleteJob(param(call, 'id'));
      return empty(204);
    },

    getResult: async (call) => {
      await sendResult(await backend.readResult(param(call, 'id')), call.request, call.response, stalledMs);
      return null;
    },

    listAttempts: async (call) => {
      const { limit, cursor } = call.query;
      return json(200, await backend.listAttempts(param(call, 'id'), { limit, cursor }));
    },
  };
}

export function pageAnswer(page: ListedPage): Answer {
  const { text } = page;
  return text === undefined ? json(200, page) : jsonText(200, text);
}

function submitOptions(headers: IncomingHttpHeaders, rawBody: Buffer, bodyWaitMs: number | undefined): SubmitOptions {
  // Node joins repeated Prefer headers by a comma; only Set-Cookie ever comes as a list.
  const prefer = parsePrefer(headers.prefer as string | undefined);
  return {
    respondAsync: prefer.respondAsync,
    waitMs: bodyWaitMs ?? prefer.waitMs,
    idempotency: idempotencyOf(headers, rawBody),
  };
}

/** @throws Problem invalid-request */
export function idempotencyOf(headers: IncomingHttpHeaders, rawBody: Buffer): SubmitOptions['idempotency'] {
  const key = headers['idempotency-key'];
  return key === undefined ? undefined : { key: idempotencyKey(String(key)), bodyHash: hash('sha256', rawBody) };
}

function idempotencyKey(key: string): string {
  const outcome = idempotencyKeySchema.safeParse(key);
  if (!outcome.success) throw invalid('Idempotency-Key', outcome.error.issues[0]?.message ?? 'is not valid');
  return outcome.data;
}

function writtenOf(job: Job): WrittenJob {
  const { id, state, createdAt, runAt } = job;
  return { id, text: JSON.stringify(job), state, createdAtMs: Date.parse(createdAt), runAtMs: Date.parse(runAt) };
}

function submitHeaders({ status, replayed, preferenceApplied }: SubmitAnswer, job: WrittenJob, now: number): string[] {
  const headers = ['Location', `/v1/jobs/${job.id}`];
  if (status === 202) headers.push(...retryAfter(pollDelayFrom(job, now)));
  if (preferenceApplied !== undefined) headers.push('Preference-Applied', preferenceApplied);
  if (replayed) headers.push('Idempotency-Replayed', 'true');
  return headers;
}

/** `Retry-After` of a job that is not final. */
export function pollHeaders(job: Pick<Job, 'state' | 'createdAt' | 'runAt'>, now: number): string[] {
  return retryAfter(pollDelayMs(job, now));
}

function retryAfter(delayMs: number | null): string[] {
  return delayMs === null ? [] : ['Retry-After', retryAfterSeconds(delayMs)];
}
