/** A plan in words: what happens first, then the numbers. Pure. */

import type { LaneUse } from '../../../lab/fleet.ts';
import type { PlanQuestion } from '../../../lab/load.ts';
import type { Percentiles, Plan } from '../../../lab/plan.ts';
import { formatAmount, formatDuration, formatShare } from '../../ui/format.ts';
import type { Answer } from './plan-answer.ts';

/** `tight`: it holds, but a small error of rate or time would make waits much longer. */
export type Verdict = { tone: 'fine' | 'tight' | 'broken'; title: string; text: string };

/** From there on waits grow steeply with every point. */
const tightFrom = 0.85;

export function verdictOf({ question, plan }: Pick<Answer, 'question' | 'plan'>): Verdict {
  const { waitP95Ms, refusedShare } = question.target ?? {};
  if (!plan.stable) {
    return {
      tone: 'broken',
      title: `The line grows by ${formatAmount(plan.growthPerMinute)} jobs a minute`,
      text: `${formatRateOf(plan.attemptsPerSecond)} attempts come and ${formatRateOf(plan.capacityPerSecond)} can be done, so it never ends. ${carriedBy(question, plan)}`,
    };
  }
  if (question.mode === 'sync') {
    const missed = refusedShare !== undefined && plan.refusedShare > refusedShare;
    return {
      tone: missed ? 'broken' : 'fine',
      title: plan.refusedShare < 1e-9 ? 'Every call finds a place' : `${formatShare(plan.refusedShare)} of the calls find no place`,
      text: 'Sync calls are never queued: they start at once or are refused and told when to come again.',
    };
  }
  if (plan.wait === null || question.arrivalsPerSecond === 0)
    return { tone: 'fine', title: 'Nothing arrives', text: 'Only the backlog is worked off.' };
  const { p95Ms } = plan.wait;
  const missed = waitP95Ms !== undefined && p95Ms > waitP95Ms;
  const waits = p95Ms < 1 ? 'Jobs hardly wait' : `95 % of the jobs wait at most ${formatDuration(p95Ms)}`;
  const tight = plan.occupancy > tightFrom;
  return {
    tone: missed ? 'broken' : tight ? 'tight' : 'fine',
    title: plan.drainMs ? `The backlog is gone in ${formatDuration(plan.drainMs)}` : waits,
    text: [
      plan.drainMs ? `From then on ${lowerFirst(waits)}.` : '',
      missed ? `That is over the ${formatDuration(waitP95Ms)} that are wished for.` : '',
      tight ? `The places are taken ${formatShare(plan.occupancy)} of the time: over 85 % a few more jobs make waits much longer.` : '',
      !missed && !tight ? `The places are taken ${formatShare(plan.occupancy)} of the time, which leaves room for a rush.` : '',
    ]
      .filter(Boolean)
      .join(' '),
  };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function carriedBy({ limits }: PlanQuestion, plan: Plan): string {
  const ofRate = limits?.rateLimit ? (limits.rateLimit.max * 1_000) / limits.rateLimit.perMs : Number.POSITIVE_INFINITY;
  if (plan.attemptsPerSecond >= ofRate) return 'The limit on starts is what holds it up: no number of workers would help.';
  return `${formatAmount(plan.workersToCarry)} workers would just carry the load.`;
}

export type Fact = { label: string; value: string; note?: string };

export function factsOf({ question, plan, machine, fleet }: Answer): Fact[] {
  const { target = {}, backlog = 0, mode } = question;
  const facts: Fact[] = [
    { label: 'Comes', value: `${formatRateOf(plan.attemptsPerSecond)}`, note: 'attempts, retries included' },
    { label: 'Can be done', value: `${formatRateOf(plan.capacityPerSecond)}`, note: `by ${places(plan.places)}` },
    { label: 'Running', value: formatAmount(plan.inFlight), note: 'at once, on the average' },
  ];
  if (plan.waiting !== null && mode !== 'sync') facts.push({ label: 'Waiting', value: formatAmount(plan.waiting), note: 'on the average' });
  if (mode !== 'sync' && plan.refusedShare > 0)
    facts.push({ label: 'Refused', value: formatShare(plan.refusedShare), note: 'the backlog is full' });
  for (const { priority, p95Ms } of plan.waitByPriority)
    facts.push({ label: `Priority ${priority}`, value: formatDuration(p95Ms), note: '95 % wait at most so long' });
  if (plan.deadShare > 0)
    facts.push({ label: mode === 'sync' ? 'Fail' : 'Dead', value: formatShare(plan.deadShare), note: 'every attempt failed' });
  if (backlog > 0)
    facts.push({
      label: 'Backlog gone',
      value: plan.drainMs === null ? 'never' : `in ${formatDuration(plan.drainMs)}`,
      note: plan.drainMs === null ? 'more comes than is left over for it' : `${formatAmount(backlog)} wait now`,
    });
  const goal =
    mode === 'sync'
      ? target.refusedShare !== undefined && `for at most ${formatShare(target.refusedShare)} refused`
      : target.waitP95Ms !== undefined && `for a p95 wait of ${formatDuration(target.waitP95Ms)}`;
  if (goal)
    facts.push({
      label: 'Workers needed',
      value: plan.workersForTarget === null ? 'none are enough' : formatAmount(plan.workersForTarget),
      note: plan.workersForTarget === null ? 'a limit stands in the way' : goal,
    });
  if (machine !== null) facts.push(machinesOf({ machine, fleet }));
  return facts;
}

function machinesOf({ machine, fleet }: Pick<Answer, 'fleet'> & { machine: NonNullable<Answer['machine']> }): Fact {
  if (fleet === null) return { label: 'Machines needed', value: 'none are enough' };
  const each =
    fleet.because === 'throughput'
      ? `each finishes ${formatRateOf(machine.jobsPerSecond ?? 0)}`
      : `each runs ${formatAmount(fleet.placesPerMachine)} at once`;
  return { label: 'Machines needed', value: formatAmount(fleet.machines), note: `${each}; ${formatShare(fleet.occupancy)} taken` };
}

/** Rows of percentiles, where the plan has them. */
export function percentileRows({ wait, latency }: Pick<Plan, 'wait' | 'latency'>): { name: string; of: Percentiles }[] {
  return [...(wait ? [{ name: 'Wait', of: wait }] : []), ...(latency ? [{ name: 'To completion', of: latency }] : [])];
}

/** Seldom ones a minute or an hour, so that they are no `0.0/s`. */
export function formatRateOf(perSecond: number): string {
  if (perSecond >= 1 || perSecond === 0) return `${formatAmount(perSecond)}/s`;
  return perSecond >= 1 / 60 ? `${formatAmount(perSecond * 60)}/min` : `${formatAmount(perSecond * 3_600)}/h`;
}

function places(count: number): string {
  return count === 1 ? 'one place' : `${formatAmount(count)} places`;
}

/** How a lane is sized on a machine: for the choice in the form. */
export const laneWords: Readonly<Record<'none' | LaneUse['lane'] | 'interactive-io', string>> = {
  none: 'not in question',
  io: 'io: 2,500 a thread',
  cpu: 'cpu: a thread a core',
  interactive: 'interactive: two threads a core',
  'interactive-io': 'interactive, tasks that mostly wait',
};
