/** The planner's form: texts as they are typed. They live in the address, so that a plan can be kept and passed on. Pure. */

import { backoffs } from '../../../contract/retry.ts';

export const serviceKinds = ['constant', 'exponential', 'lognormal', 'gamma', 'uniform', 'bimodal', 'percentiles', 'measured'] as const;
export type ServiceKind = (typeof serviceKinds)[number];
export const rateUnits = ['second', 'minute', 'hour'] as const;
export type RateUnit = (typeof rateUnits)[number];
export const arrivalKinds = ['poisson', 'constant', 'bursts'] as const;
export const planLanes = ['none', 'io', 'cpu', 'interactive', 'interactive-io'] as const;
export type PlanLane = (typeof planLanes)[number];

/** One field serves several distributions (`time` is a mean, a constant, the fast case, p50), so that switching keeps what was typed. */
export type PlanDraft = {
  rate: string;
  rateUnit: RateUnit;
  arrivals: (typeof arrivalKinds)[number];
  burstOn: string;
  burstOff: string;
  service: ServiceKind;
  task: string;
  time: string;
  scv: string;
  longer: string;
  longest: string;
  slowShare: string;
  failures: string;
  attempts: string;
  retryDelay: string;
  backoff: (typeof backoffs)[number] | 'default';
  mode: 'async' | 'sync';
  workers: string;
  starts: string;
  startsUnit: RateUnit;
  maxBacklog: string;
  backlog: string;
  priorities: string;
  targetWait: string;
  targetRefused: string;
  overhead: string;
  lasts: string;
  lane: PlanLane;
  cores: string;
  machineRate: string;
};
export type PlanField = keyof PlanDraft;

export const firstDraft: PlanDraft = {
  ...{ rate: '30', rateUnit: 'second', arrivals: 'poisson', burstOn: '10 s', burstOff: '50 s' },
  ...{ service: 'lognormal', task: '', time: '100 ms', scv: '2', longer: '400 ms', longest: '1 s', slowShare: '10' },
  ...{ failures: '5', attempts: '', retryDelay: '', backoff: 'default' },
  ...{ mode: 'async', workers: '4', starts: '', startsUnit: 'second', maxBacklog: '', backlog: '', priorities: '' },
  ...{ targetWait: '100 ms', targetRefused: '1', overhead: '', lasts: '', lane: 'none', cores: '8', machineRate: '' },
};

const choices: { readonly [Field in PlanField]?: readonly string[] } = {
  rateUnit: rateUnits,
  arrivals: arrivalKinds,
  service: serviceKinds,
  backoff: ['default', ...backoffs],
  mode: ['async', 'sync'],
  startsUnit: rateUnits,
  lane: planLanes,
};

const fields = Object.keys(firstDraft) as PlanField[];

/** What the address does not say, or says wrongly, is as in the first draft. */
export function draftIn(query: URLSearchParams): PlanDraft {
  const given: Partial<Record<PlanField, string>> = {};
  for (const field of fields) {
    const text = query.get(field);
    if (text !== null && text.length <= 100 && (choices[field]?.includes(text) ?? true)) given[field] = text;
  }
  // Each choice was held against its list above.
  return { ...firstDraft, ...given } as PlanDraft;
}

/** The address of a draft: only what differs from the first. */
export function pathOf(draft: PlanDraft): string {
  const query = new URLSearchParams();
  for (const field of fields) if (draft[field] !== firstDraft[field]) query.set(field, draft[field]);
  const text = query.toString();
  return text === '' ? '/planner' : `/planner?${text}`;
}

/** The draft with some of it changed, and what follows from that. */
export function changed(draft: PlanDraft, change: Partial<PlanDraft>): PlanDraft {
  const next = { ...draft, ...change };
  // What was measured of the task holds wherever nothing is typed.
  if (change.service === 'measured' && draft.service !== 'measured') Object.assign(next, { rate: '', rateUnit: 'second', failures: '' });
  if (change.service !== undefined && change.service !== 'measured' && draft.service === 'measured')
    Object.assign(next, { rate: draft.rate || firstDraft.rate, failures: draft.failures || firstDraft.failures });
  // Sync calls run on the interactive lane, and only they do.
  if (change.mode === 'sync' && next.lane !== 'none') next.lane = 'interactive-io';
  if (change.mode === 'async' && next.lane !== 'none') next.lane = 'io';
  return next;
}
