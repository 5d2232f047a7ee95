/** A plan for a person: what happens first, then the numbers. */

import type { Fleet, Machine } from '../lab/fleet.ts';
import type { PlanQuestion } from '../lab/load.ts';
import type { MeasuredLoad } from '../lab/measured-load.ts';
import type { Percentiles, Plan } from '../lab/plan.ts';
import { formatDuration } from './durations.ts';
import type { Paint } from './paint.ts';
import { renderFacts, renderTable } from './table.ts';

export type Shown = { question: PlanQuestion; plan: Plan; machine: Machine | null; fleet: Fleet | null; measured: MeasuredLoad | null };

export function renderPlan({ question, plan, machine, fleet, measured }: Shown, paint: Paint): string {
  const { target = {}, backlog = 0 } = question;
  const facts: [string, string | null][] = [
    ['measured', measured === null ? null : `${measured.task}: ${number(measured.samples)} runs, ${rate(question.arrivalsPerSecond)}`],
    ['load', `${rate(plan.attemptsPerSecond)} attempts come, ${rate(plan.capacityPerSecond)} can be done`],
    ['at once', `${number(plan.places)} places, ${number(plan.inFlight)} used on the average`],
    [
      'utilisation',
      `${percent(plan.utilisation)}${plan.occupancy - plan.utilisation < 0.001 ? '' : `, ${percent(plan.occupancy)} with what lies between jobs`}`,
    ],
    ['waiting', plan.waiting === null ? null : `${number(plan.waiting)} jobs on the average`],
    ['refused', plan.refusedShare > 0 ? percent(plan.refusedShare) : null],
    ['dead', plan.deadShare > 0 ? percent(plan.deadShare) : null],
    ['backlog gone', backlog === 0 ? null : plan.drainMs === null ? 'never' : `after ${formatDuration(plan.drainMs)}`],
    ['workers', targetWords(question, plan)],
    ['machines', machine === null ? null : fleetWords(machine, fleet, target)],
    ['method', `${plan.method}: ${plan.why}`],
  ];
  const lines = [verdict(question, plan, paint), '', ...renderFacts(facts, paint)];
  const table = percentileRows(plan);
  if (table.length > 0) {
    const columns = [{ title: '' }, ...['MEAN', 'P50', 'P95', 'P99'].map((title) => ({ title, align: 'right' as const }))];
    lines.push('', ...renderTable(columns, table, paint));
  }
  for (const { priority, p95Ms } of plan.waitByPriority) lines.push(`  priority ${priority}: p95 wait ${formatDuration(p95Ms)}`);
  return lines.join('\n');
}

function verdict({ mode }: PlanQuestion, plan: Plan, paint: Paint): string {
  if (!plan.stable) {
    const growth = `The line grows by ${number(plan.growthPerMinute)} jobs a minute.`;
    return `${paint.style('red', growth)} ${number(plan.workersToCarry)} workers would carry the load.`;
  }
  if (mode === 'sync') return `${percent(plan.refusedShare)} of the calls find no place and are refused.`;
  if (plan.wait === null) return 'Nothing arrives.';
  return `95 % of the jobs wait at most ${formatDuration(plan.wait.p95Ms)}.`;
}

function targetWords({ target = {}, mode }: PlanQuestion, plan: Plan): string | null {
  const { waitP95Ms, refusedShare } = target;
  const goal =
    mode === 'sync'
      ? refusedShare === undefined
        ? null
        : `at most ${percent(refusedShare)} refused`
      : waitP95Ms === undefined
        ? null
        : `a p95 wait of ${formatDuration(waitP95Ms)}`;
  if (goal === null) return null;
  return plan.workersForTarget === null
    ? `no number of workers reaches ${goal}: a limit stands in the way`
    : `${number(plan.workersForTarget)} for ${goal}`;
}

function fleetWords(machine: Machine, fleet: Fleet | null, target: NonNullable<PlanQuestion['target']>): string {
  if (fleet === null) return 'no number of them is enough';
  const reason =
    fleet.because === 'throughput'
      ? `each finishes ${rate(machine.jobsPerSecond ?? 0)}`
      : `each runs ${number(fleet.placesPerMachine)} at once`;
  const goal = target.waitP95Ms === undefined ? '' : `, p95 wait ${formatDuration(fleet.waitP95Ms)}`;
  return `${number(fleet.machines)} (${reason}), ${percent(fleet.occupancy)} used${goal}; ${number(fleet.inFlight)} jobs in flight over all`;
}

function percentileRows({ wait, latency }: Plan): string[][] {
  const row = (name: string, of: Percentiles | null) =>
    of === null ? [] : [[name, ...[of.meanMs, of.p50Ms, of.p95Ms, of.p99Ms].map((ms) => formatDuration(ms))]];
  return [...row('wait', wait), ...row('to completion', latency)];
}

function rate(perSecond: number): string {
  const [amount, unit] = perSecond >= 1 || perSecond === 0 ? [perSecond, 's'] : [perSecond * 60, 'min'];
  return `${number(amount)}/${unit}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 1 : 0 });
}

function percent(share: number): string {
  return `${(share * 100).toLocaleString('en-US', { maximumFractionDigits: share < 0.01 ? 3 : 1 })} %`;
}
