/** The well-known cases of "answer at once or queue it?", each with a workload that shows why. */

import { type WorkloadInput, workloadSchema } from '../contract/lab.ts';
import type { LabPreset } from '../contract/lab-run.ts';

export const presetNames = ['log-in', 'payment', 'email', 'image-processing', 'report', 'like-button', 'checkout'] as const;
export type PresetName = (typeof presetNames)[number];

export type Preset = LabPreset & { name: PresetName };

const runMs = 20_000;

function preset(
  given: Omit<Preset, 'workload' | 'waitMs'> & { waitMs?: number; workload: Omit<WorkloadInput, 'mode' | 'durationMs'> },
): Preset {
  const { waitMs = null, workload, ...rest } = given;
  return { ...rest, waitMs, workload: workloadSchema.parse({ durationMs: runMs, ...workload, mode: rest.recommended }) };
}

export const presets: readonly Preset[] = [
  preset({
    name: 'log-in',
    title: 'Log-in',
    why: 'The next page depends on yes or no, and a password check takes a fraction of a second: an answer that comes later is none.',
    recommended: 'sync',
    declares: { interactive: true, needsResult: true, consistency: 'strong', retryable: false },
    workload: {
      work: { kind: 'model', service: { kind: 'gamma', meanMs: 60, scv: 0.05 }, lane: 'cpu' },
      arrivalsPerSecond: 15,
      failureRate: 0.02,
      payloadBytes: 128,
    },
  }),
  preset({
    name: 'payment',
    title: 'Payment',
    why: 'Money has moved or it has not, and the buyer must be told which. A key makes a second try of the same charge harmless.',
    recommended: 'sync',
    declares: { interactive: true, needsResult: true, consistency: 'strong', idempotent: true },
    workload: {
      work: { kind: 'model', service: { kind: 'lognormal', meanMs: 80, scv: 0.6 } },
      arrivalsPerSecond: 20,
      failureRate: 0.01,
      payloadBytes: 512,
    },
  }),
  preset({
    name: 'email',
    title: 'E-mail',
    why: 'Nobody waits for a mail server, which is slow on some days and away on others: queue it, and let retries see to the rest.',
    recommended: 'async',
    declares: { consistency: 'eventual', retryable: true },
    workload: {
      work: { kind: 'model', service: { kind: 'lognormal', meanMs: 400, scv: 2 } },
      arrivalsPerSecond: 30,
      failureRate: 0.05,
      payloadBytes: 4_096,
    },
  }),
  preset({
    name: 'image-processing',
    title: 'Image processing',
    why: 'It keeps a core busy for the better part of a second. In a queue uploads are taken at any rate, and the cores work at theirs.',
    recommended: 'async',
    declares: { consistency: 'eventual', idempotent: true, retryable: true },
    workload: {
      work: { kind: 'model', service: { kind: 'lognormal', meanMs: 600, scv: 0.8 }, lane: 'cpu' },
      arrivalsPerSecond: 2,
      arrivals: { kind: 'bursts', onMs: 3_000, offMs: 3_000 },
      failureRate: 0.01,
      payloadBytes: 256,
    },
  }),
  preset({
    name: 'report',
    title: 'Report',
    why: 'It takes far longer than anyone keeps a connection open. A job id at once, the result when it is there.',
    recommended: 'async',
    declares: { needsResult: true, consistency: 'eventual', idempotent: true },
    workload: {
      work: { kind: 'model', service: { kind: 'bimodal', fastMs: 3_000, slowMs: 9_000, slowShare: 0.2 }, lane: 'cpu' },
      arrivalsPerSecond: 0.3,
      failureRate: 0.03,
      payloadBytes: 1_024,
    },
  }),
  preset({
    name: 'like-button',
    title: 'Like button',
    why: 'The outcome is known in advance, and a rare failure costs nothing to take back: show it at once, write it behind.',
    recommended: 'hybrid',
    declares: { interactive: true, consistency: 'eventual', idempotent: true, retryable: true },
    workload: {
      work: { kind: 'model', service: { kind: 'lognormal', meanMs: 150, scv: 1 } },
      arrivalsPerSecond: 100,
      failureRate: 0.02,
      payloadBytes: 64,
    },
  }),
  preset({
    name: 'checkout',
    title: 'Checkout with a slow provider',
    why: 'Mostly the provider answers within a second, and then so does the shop. When it takes longer, the same job goes on in the background and the buyer gets its id.',
    // A bounded wait on a queued job: never a second submission.
    recommended: 'async',
    waitMs: 1_000,
    declares: { needsResult: true, consistency: 'strong', idempotent: true, retryable: true },
    workload: {
      work: { kind: 'model', service: { kind: 'bimodal', fastMs: 300, slowMs: 5_000, slowShare: 0.15 } },
      arrivalsPerSecond: 20,
      failureRate: 0.03,
      payloadBytes: 1_024,
    },
  }),
];
