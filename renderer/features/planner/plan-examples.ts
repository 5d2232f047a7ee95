/** Questions to begin with, among them those of scale: what takes one machine, and what a fleet. */

import { firstDraft, type PlanDraft } from './plan-draft.ts';

export type PlanExample = { title: string; draft: PlanDraft };

const example = (title: string, given: Partial<PlanDraft>): PlanExample => ({ title, draft: { ...firstDraft, failures: '0', ...given } });

export const planExamples: readonly PlanExample[] = [
  example('Web hooks: 30 a second, some slow, 5 % failing', { failures: '5' }),
  example('A nightly import: 100,000 wait, 10 a second still come', {
    ...{ rate: '10', service: 'gamma', time: '200 ms', scv: '0.5', backlog: '100000', workers: '8', targetWait: '' },
  }),
  example('More comes than can be done', { rate: '50', service: 'exponential', time: '100 ms', targetWait: '1 s' }),
  example('10,000 calls a second, answered within 100 ms', {
    ...{ mode: 'sync', rate: '10000', service: 'exponential', time: '20 ms', workers: '', lane: 'interactive-io', targetRefused: '0.1' },
  }),
  example('1,000 jobs a second of 10 s that wait for something', {
    ...{ rate: '1000', service: 'exponential', time: '10 s', workers: '', lane: 'io', targetWait: '1 s' },
  }),
  example('1,000 jobs a second of 10 s that keep a core busy', {
    ...{ rate: '1000', service: 'exponential', time: '10 s', workers: '', lane: 'cpu', cores: '32', targetWait: '1 s' },
  }),
  example('1,000 jobs a second of an hour', {
    ...{ rate: '1000', service: 'exponential', time: '1 h', workers: '', lane: 'io', targetWait: '1 min' },
  }),
];
