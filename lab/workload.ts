/** A workload as the requests that it is made of; the same seed gives the same ones, whatever mode they are sent in. */

import type { JsonObject } from '../contract/json.ts';
import type { Workload } from '../contract/lab.ts';
import { arrivalTimes } from './arrivals.ts';
import { type Random, randomStream } from './random.ts';
import { distributionOf } from './service-time.ts';

export type PlannedRequest = {
  /** From 0. */
  index: number;
  /** When it is to be sent, in milliseconds from the beginning; its latency counts from then, however late it is sent. */
  atMs: number;
  /** How many attempts in a row fail before one succeeds; `failingAttemptsLimit` for never. */
  failingAttempts: number;
  /** Of a model: how long each attempt takes, in milliseconds. Null for a task, which takes what it takes. */
  serviceMs: number | null;
  payload: JsonObject;
};

/** As many as a policy may have attempts: a request that fails so often never succeeds. */
export const failingAttemptsLimit = 1_000;

/** One after the other, in the order of their times; nothing is kept. */
export function* requestsOf(workload: Workload): Generator<PlannedRequest, void, undefined> {
  const { seed, work, arrivals, arrivalsPerSecond, durationMs, requests, failureRate, payloadBytes } = workload;
  // A stream each: another failure rate or payload leaves times and service as they are.
  const nextArrival = arrivalTimes(arrivals, arrivalsPerSecond, randomStream(seed, 'arrivals'));
  const failures = randomStream(seed, 'failures');
  const services = randomStream(seed, 'service');
  const fillers = randomStream(seed, 'filler');
  const service = work.kind === 'model' ? distributionOf(work.service) : null;
  const given = work.kind === 'task' ? work.payload : {};
  for (let index = 0; index < (requests ?? Number.POSITIVE_INFINITY); index++) {
    const atMs = nextArrival();
    if (atMs >= (durationMs ?? Number.POSITIVE_INFINITY)) return;
    yield {
      index,
      atMs,
      failingAttempts: failingAttempts(failureRate, failures),
      serviceMs: service === null ? null : service.sample(services),
      payload: payloadBytes === 0 ? given : { ...given, filler: filler(payloadBytes, fillers) },
    };
  }
}

/** How many requests a workload has, counted up to one more than `most`, and how long they come, in milliseconds. */
export function extentOf(workload: Workload, most: number): { planned: number; windowMs: number } {
  let planned = 0;
  let lastAtMs = 0;
  for (const { atMs } of requestsOf({ ...workload, payloadBytes: 0 })) {
    lastAtMs = atMs;
    if (++planned > most) break;
  }
  const cutShort = workload.requests !== undefined && planned >= workload.requests;
  return { planned, windowMs: cutShort ? lastAtMs : (workload.durationMs ?? lastAtMs) };
}

/** Geometric: each attempt fails with the same chance. One draw a request, so that its neighbours' fates do not hang on it. */
function failingAttempts(failureRate: number, random: Random): number {
  const draw = 1 - random();
  if (failureRate <= 0) return 0;
  if (failureRate >= 1) return failingAttemptsLimit;
  return Math.min(failingAttemptsLimit, Math.floor(Math.log(draw) / Math.log(failureRate)));
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789-_ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Text that compresses about as well as real payloads' does not: five letters a draw. */
function filler(bytes: number, random: Random): string {
  const parts: string[] = [];
  for (let length = 0; length < bytes; length += 5) {
    let bits = Math.floor(random() * 2 ** 30);
    for (let letter = 0; letter < 5; letter++, bits >>= 6) parts.push(alphabet.charAt(bits & 63));
  }
  return parts.join('').slice(0, bytes);
}
