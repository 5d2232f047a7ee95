/** From the texts of the form to the planner's question. Pure. */

import { arrivalPatternSchema, type ServiceTime, serviceTimeSchema } from '../../../contract/lab.ts';
import { defaultRetry, type RetryPolicy } from '../../../contract/retry.ts';
import { type LaneUse, type Machine, placesOf } from '../../../lab/fleet.ts';
import { defaultOverheadMs, type PlanQuestion } from '../../../lab/load.ts';
import type { MeasuredLoad } from '../../../lab/measured-load.ts';
import { type PriorityShare, prioritySharesIn } from '../../../lab/priority-shares.ts';
import { parseDurationText } from './duration-text.ts';
import type { PlanDraft, PlanField, PlanLane, RateUnit } from './plan-draft.ts';

export type Asked = { question: PlanQuestion; machine: Machine | null };
export type Wrong = Partial<Record<PlanField, string>>;
export type Reading = { asked: Asked } | { wrong: Wrong };

const unitMs: Readonly<Record<RateUnit, number>> = { second: 1_000, minute: 60_000, hour: 3_600_000 };
const noDuration = 'must be a time such as 250 ms, 5 s or 1 h';

/** @param measured of the chosen task; null while none is chosen or nothing was measured of it */
export function readDraft(draft: PlanDraft, measured: MeasuredLoad | null): Reading {
  const form = new Form(draft);
  const sync = draft.mode === 'sync';
  const rate = form.number('rate', { most: 1_000_000_000 });
  const arrivalsPerSecond = rate === null ? measured?.arrivalsPerSecond : (rate * 1_000) / unitMs[draft.rateUnit];
  if (arrivalsPerSecond === undefined) form.say('rate', 'say how many come');
  const service = draft.service === 'measured' ? measured?.service : readService(form);
  if (service === undefined && draft.service === 'measured')
    form.say('task', draft.task === '' ? 'choose a task' : 'nothing was measured of it yet');
  const lane = laneUse(draft.lane);
  const cores = lane === null ? null : form.number('cores', { least: 1, most: 4_096, whole: true });
  if (lane !== null && cores === null) form.say('cores', 'say how many one machine has');
  const workers = form.number('workers', { least: 1, most: 20_000_000, whole: true });
  const places = workers ?? (lane && cores !== null ? placesOf(cores, lane) : null);
  if (places === null) form.say('workers', 'say how many may run at once');
  const starts = form.number('starts', { least: Number.MIN_VALUE, most: 1_000_000_000 });
  const targetWait = sync ? null : form.duration('targetWait');
  const refused = sync ? form.share('targetRefused') : null;
  const maxBacklog = form.number('maxBacklog', { least: 1, most: 1_000_000_000, whole: true });
  const lasts = form.duration('lasts');
  if (lasts === 0) form.say('lasts', noDuration);
  const question = {
    arrivalsPerSecond: arrivalsPerSecond ?? 0,
    ...readArrivals(form),
    service: service ?? { kind: 'constant' as const, ms: 0 },
    failureRate: form.share('failures') ?? measured?.failureRate ?? 0,
    ...retryOf(form, measured),
    workers: places ?? 1,
    limits: { rateLimit: starts === null ? null : { max: starts, perMs: unitMs[draft.startsUnit] }, maxBacklog: sync ? null : maxBacklog },
    backlog: (sync ? null : form.number('backlog', { most: 1_000_000_000, whole: true })) ?? 0,
    priorities: sync ? [] : readPriorities(form),
    mode: draft.mode,
    target: { ...(targetWait === null ? {} : { waitP95Ms: targetWait }), ...(refused === null ? {} : { refusedShare: refused }) },
    overheadMs: form.duration('overhead') ?? measured?.overheadMs ?? defaultOverheadMs,
    ...(lasts === null ? {} : { durationMs: lasts }),
  };
  const machineRate = lane === null ? null : form.number('machineRate', { least: Number.MIN_VALUE, most: 1_000_000_000 });
  const machine = lane === null || cores === null ? null : { places: placesOf(cores, lane), jobsPerSecond: machineRate };
  return Object.keys(form.wrong).length > 0 ? { wrong: form.wrong } : { asked: { question, machine } };
}

function readService(form: Form): ServiceTime | undefined {
  const { service: kind } = form.draft;
  const time = form.needed('time');
  const written = {
    constant: () => ({ kind, ms: time }),
    exponential: () => ({ kind, meanMs: time }),
    lognormal: () => ({ kind, meanMs: time, scv: form.number('scv', { most: 100 }) }),
    gamma: () => ({ kind, meanMs: time, scv: form.number('scv', { most: 100 }) }),
    uniform: () => ({ kind, fromMs: time, toMs: form.needed('longer') }),
    bimodal: () => ({ kind, fastMs: time, slowMs: form.needed('longer'), slowShare: form.share('slowShare') ?? 0 }),
    percentiles: () => ({
      kind,
      points: [
        { quantile: 0.5, ms: time },
        { quantile: 0.95, ms: form.needed('longer') },
        { quantile: 0.99, ms: form.needed('longest') },
      ],
    }),
    measured: () => null,
  }[kind]();
  const read = serviceTimeSchema.safeParse(written);
  if (read.success) return read.data;
  for (const { path, message } of read.error.issues) form.say(fieldOf[String(path[0])] ?? 'time', message);
  return undefined;
}

/** The schema's members, and the fields in which they are typed. */
const fieldOf: Readonly<Record<string, PlanField>> = {
  toMs: 'longer',
  slowMs: 'longer',
  points: 'longer',
  scv: 'scv',
  slowShare: 'slowShare',
};

function readArrivals(form: Form): Pick<PlanQuestion, 'arrivals'> {
  const { arrivals } = form.draft;
  if (arrivals !== 'bursts') return { arrivals: { kind: arrivals } };
  const read = arrivalPatternSchema.safeParse({ kind: 'bursts', onMs: form.needed('burstOn'), offMs: form.needed('burstOff') });
  if (read.success) return { arrivals: read.data };
  for (const { path, message } of read.error.issues) form.say(path[0] === 'offMs' ? 'burstOff' : 'burstOn', message);
  return {};
}

function readPriorities(form: Form): PriorityShare[] {
  const text = form.draft.priorities.trim();
  if (text === '') return [];
  const read = prioritySharesIn(text);
  if (read === null) form.say('priorities', 'must be priorities from -100 to 100 with their weights, such as 10:1, 0:9');
  return read ?? [];
}

function retryOf(form: Form, measured: MeasuredLoad | null): { retry?: RetryPolicy } {
  const { backoff, mode } = form.draft;
  const maxAttempts = form.number('attempts', { least: 1, most: 1_000, whole: true });
  const baseMs = form.duration('retryDelay');
  if (maxAttempts === null && mode === 'sync') return {};
  return {
    retry: {
      ...(measured?.retry ?? defaultRetry),
      ...(maxAttempts === null ? {} : { maxAttempts }),
      ...(baseMs === null ? {} : { baseMs }),
      ...(backoff === 'default' ? {} : { backoff }),
    },
  };
}

function laneUse(lane: PlanLane): LaneUse | null {
  if (lane === 'none') return null;
  if (lane === 'io' || lane === 'cpu') return { lane };
  return { lane: 'interactive', run: lane === 'interactive-io' ? 'waiting' : 'alone' };
}

/** Reads fields and gathers what is wrong with them; an empty field is null. */
class Form {
  readonly draft: PlanDraft;
  readonly wrong: Wrong = {};

  constructor(draft: PlanDraft) {
    this.draft = draft;
  }

  /** The first thing that is wrong with a field is the one to mend. */
  say(field: PlanField, message: string): void {
    this.wrong[field] ??= message;
  }

  number(field: PlanField, { least = 0, most, whole = false }: { least?: number; most: number; whole?: boolean }): number | null {
    const text = this.draft[field].replaceAll(/[\s,]/g, '');
    if (text === '') return null;
    const value = Number(text);
    if (Number.isNaN(value)) this.say(field, 'must be a number');
    else if (value < least || value > most)
      this.say(
        field,
        least > 0 ? `must be ${least === 1 ? 'from 1' : 'above 0'} to ${grouped(most)}` : `must be from 0 to ${grouped(most)}`,
      );
    else if (whole && !Number.isInteger(value)) this.say(field, 'must be a whole number');
    else return value;
    return null;
  }

  /** Typed in percent. */
  share(field: PlanField): number | null {
    const text = this.draft[field].replace(/%\s*$/, '').trim();
    if (text === '') return null;
    const value = Number(text);
    if (value >= 0 && value <= 100) return value / 100;
    this.say(field, 'must be from 0 to 100 %');
    return null;
  }

  duration(field: PlanField): number | null {
    if (this.draft[field].trim() === '') return null;
    const ms = parseDurationText(this.draft[field]);
    if (ms === null) this.say(field, noDuration);
    return ms;
  }

  needed(field: PlanField): number {
    const ms = this.duration(field);
    if (ms === null) this.say(field, noDuration);
    return ms ?? 0;
  }
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
