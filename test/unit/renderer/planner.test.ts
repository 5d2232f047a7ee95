import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultRetry } from '../../../contract/retry.ts';
import { loadOf } from '../../../lab/load.ts';
import type { MeasuredLoad } from '../../../lab/measured-load.ts';
import { plan } from '../../../lab/plan.ts';
import { parseDurationText } from '../../../renderer/features/planner/duration-text.ts';
import { changed, draftIn, firstDraft, type PlanDraft, pathOf, serviceKinds } from '../../../renderer/features/planner/plan-draft.ts';
import { planExamples } from '../../../renderer/features/planner/plan-examples.ts';
import { type Asked, readDraft } from '../../../renderer/features/planner/plan-reading.ts';
import { factsOf, formatRateOf, verdictOf } from '../../../renderer/features/planner/plan-words.ts';
import { formatDuration } from '../../../renderer/ui/format.ts';

const measured: MeasuredLoad = {
  ...{ task: 'mail.send', lane: 'io', samples: 800, failureRate: 0.02, arrivalsPerSecond: 12, overheadMs: 7 },
  service: { kind: 'percentiles', points: [{ quantile: 0.5, ms: 80 }] },
  retry: { ...defaultRetry, maxAttempts: 9 },
};

function askedOf(draft: Partial<PlanDraft>, of: MeasuredLoad | null = null): Asked {
  const reading = readDraft({ ...firstDraft, ...draft }, of);
  if ('wrong' in reading) throw new Error(JSON.stringify(reading.wrong));
  return reading.asked;
}

function wrongOf(draft: Partial<PlanDraft>, of: MeasuredLoad | null = null): object {
  const reading = readDraft({ ...firstDraft, ...draft }, of);
  return 'wrong' in reading ? reading.wrong : {};
}

describe('a duration in a form', () => {
  it('is read in the words in which the window shows it, to the unit that is shown', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 * 86_400_000 }), (ms) => {
        const read = parseDurationText(formatDuration(ms)) ?? Number.NaN;
        expect(formatDuration(read)).toBe(formatDuration(ms));
      }),
    );
  });

  it('may be written without spaces, in fractions and in several parts', () => {
    expect(['250ms', '1.5 h', '2m30s', '1 d 2 h'].map(parseDurationText)).toEqual([250, 5_400_000, 150_000, 93_600_000]);
  });

  it('is none without a unit, with another or with anything beside it', () => {
    expect(['', ' ', '5', '5 y', 'x 5 s', '5 s x', '-5 s', 's'].map(parseDurationText)).toEqual(Array(8).fill(null));
  });
});

describe('the draft of a plan', () => {
  it('comes back from its address as it was, whatever is typed', () => {
    const text = fc.string({ maxLength: 100 });
    const drafts = fc.record({ rate: text, time: text, task: text, service: fc.constantFrom(...serviceKinds) });
    fc.assert(
      fc.property(drafts, (given) => {
        const draft = { ...firstDraft, ...given };
        expect(draftIn(new URLSearchParams(pathOf(draft).split('?')[1] ?? ''))).toEqual(draft);
      }),
    );
  });

  it('ignores choices in an address that are none', () => {
    expect(draftIn(new URLSearchParams('service=magic&mode=later&rate=7'))).toEqual({ ...firstDraft, rate: '7' });
  });

  it('leaves rate and failures to the measurements once a task is what counts, and takes them back', () => {
    const of = changed(firstDraft, { service: 'measured' });
    expect(of).toMatchObject({ rate: '', failures: '' });
    expect(changed(of, { service: 'constant' })).toMatchObject({ rate: firstDraft.rate, failures: firstDraft.failures });
  });

  it('keeps to the lanes that its mode has', () => {
    const queued = { ...firstDraft, lane: 'cpu' } as const;
    expect(changed(queued, { mode: 'sync' }).lane).toBe('interactive-io');
    expect(changed({ ...queued, lane: 'none' }, { mode: 'sync' }).lane).toBe('none');
  });
});

describe('what a draft asks', () => {
  it('is a load that the planner takes, for every example', () => {
    for (const { title, draft } of planExamples) expect(loadOf(askedOf(draft).question).places, title).toBeGreaterThan(0);
  });

  it('has its rates a second, its shares from 0 to 1 and its times in milliseconds', () => {
    const { question } = askedOf({
      rate: '1,200',
      rateUnit: 'minute',
      failures: '5 %',
      starts: '100',
      startsUnit: 'minute',
      backlog: '10 000',
    });
    expect(question).toMatchObject({ arrivalsPerSecond: 20, failureRate: 0.05, backlog: 10_000, target: { waitP95Ms: 100 } });
    expect(question.limits).toEqual({ rateLimit: { max: 100, perMs: 60_000 }, maxBacklog: null });
  });

  it('takes what was measured wherever nothing is typed, and what is typed before it', () => {
    const draft = changed(firstDraft, { service: 'measured', task: 'mail.send' });
    expect(askedOf(draft, measured).question).toMatchObject({
      ...{ arrivalsPerSecond: 12, failureRate: 0.02, overheadMs: 7, service: measured.service, retry: { maxAttempts: 9 } },
    });
    expect(askedOf({ ...draft, rate: '3', attempts: '2' }, measured).question).toMatchObject({
      ...{ arrivalsPerSecond: 3, retry: { maxAttempts: 2 } },
    });
  });

  it('takes the places of one machine where no workers are given', () => {
    expect(askedOf({ workers: '', lane: 'io', cores: '8' })).toMatchObject({ question: { workers: 10_000 }, machine: { places: 10_000 } });
  });

  it('asks for priorities and for a run of a given length where they are typed', () => {
    const { question } = askedOf({ priorities: '10:1, 0:9', lasts: '1 h' });
    expect(question).toMatchObject({
      priorities: [
        { priority: 10, share: 1 },
        { priority: 0, share: 9 },
      ],
      durationMs: 3_600_000,
    });
    expect(askedOf({}).question).not.toHaveProperty('durationMs');
  });

  it('says what is wrong at the field it is wrong in', () => {
    expect(wrongOf({ rate: 'many', time: '100', failures: '120', workers: '0', starts: '0', lane: 'io', cores: '' })).toEqual({
      rate: 'must be a number',
      time: expect.stringContaining('250 ms'),
      failures: expect.stringContaining('100 %'),
      workers: expect.stringContaining('from 1'),
      starts: expect.stringContaining('above 0'),
      cores: expect.any(String),
    });
    expect(wrongOf({ service: 'uniform', time: '5 s', longer: '1 s' })).toHaveProperty('longer');
    expect(wrongOf({ service: 'percentiles', time: '5 s', longer: '1 s', longest: '9 s' })).toHaveProperty('longer');
    expect(wrongOf({ scv: '0' })).toHaveProperty('scv');
    expect(wrongOf({ arrivals: 'bursts', burstOff: '0 s' })).toHaveProperty('burstOff');
    expect(wrongOf({ priorities: 'high' })).toHaveProperty('priorities');
    expect(wrongOf({ lasts: '0 s' })).toHaveProperty('lasts');
    expect(wrongOf({ service: 'measured', task: 'x' })).toEqual({ task: expect.stringContaining('nothing was measured') });
  });
});

describe('a plan in words', () => {
  const answered = (draft: Partial<PlanDraft>) => {
    const { question, machine } = askedOf({ failures: '0', targetWait: '', ...draft });
    return { question, machine, plan: plan(question), fleet: null };
  };

  it('says of an unstable load first by how much the line grows, and what would carry it', () => {
    const { tone, title, text } = verdictOf(answered({ rate: '50', service: 'exponential', workers: '4' }));
    expect({ tone, title }).toEqual({ tone: 'broken', title: 'The line grows by 647 jobs a minute' });
    expect(text).toContain('6 workers would just carry the load');
  });

  it('does not advise more workers where the limit on starts is what holds the line up', () => {
    expect(verdictOf(answered({ rate: '50', workers: '100', starts: '10' })).text).toContain('no number of workers would help');
  });

  it('tells a load that fits from one that is tight and one that misses its target', () => {
    const load = { service: 'exponential', time: '100 ms', workers: '4' } as const;
    expect(verdictOf(answered({ ...load, rate: '20' })).tone).toBe('fine');
    expect(verdictOf(answered({ ...load, rate: '36' })).tone).toBe('tight');
    expect(verdictOf(answered({ ...load, rate: '36', targetWait: '5 ms' }))).toMatchObject({ tone: 'broken' });
  });

  it('says of each priority how long it waits, the most urgent first', () => {
    const facts = factsOf(answered({ service: 'exponential', time: '100 ms', workers: '4', rate: '36', priorities: '0:9, 10:1' }));
    expect(facts.map(({ label }) => label).filter((label) => label.startsWith('Priority'))).toEqual(['Priority 10', 'Priority 0']);
  });

  it('says when a backlog is gone, or that it never is', () => {
    const load = { service: 'constant', time: '98 ms', workers: '10', backlog: '1000' } as const;
    expect(verdictOf(answered({ ...load, rate: '50' })).title).toMatch(/^The backlog is gone in 20/);
    const never = factsOf(answered({ ...load, rate: '200' })).find(({ label }) => label === 'Backlog gone');
    expect(never?.value).toBe('never');
  });

  it('says of sync calls what share is refused', () => {
    // Erlang B of 2 erlangs on 2 places: 0.4.
    const { title } = verdictOf(answered({ mode: 'sync', service: 'constant', time: '98 ms', rate: '20', workers: '2' }));
    expect(title).toBe('40 % of the calls find no place');
  });

  it('gives seldom jobs a rate that is not nothing', () => {
    expect([0, 0.001, 0.5, 40].map(formatRateOf)).toEqual(['0/s', '3.6/h', '30/min', '40/s']);
  });
});
