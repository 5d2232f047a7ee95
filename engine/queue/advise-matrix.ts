/** The ways of calling a task weighed against each other, criterion by criterion, each with its figure. Pure. */

import type { AdviceCell, AdviceRow } from '../../contract/advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { seconds } from './decide.ts';
import { fastMs, slowMs } from './pace.ts';

export function adviceMatrix(facts: AdviceFacts): AdviceRow[] {
  return [
    { criterion: 'latency', ...latency(facts) },
    { criterion: 'simplicity', ...simplicity(facts) },
    { criterion: 'userExperience', ...userExperience(facts) },
    { criterion: 'errorHandling', ...errorHandling(facts) },
    { criterion: 'throughput', ...throughput(facts) },
    { criterion: 'resources', ...resources(facts) },
    { criterion: 'debugging', ...debugging() },
    { criterion: 'consistency', ...consistency(facts) },
  ];
}

type Cells = Omit<AdviceRow, 'criterion'>;

const cell = (rating: number, why: string): AdviceCell => ({ rating, why });

/** 5 for what nobody feels, less for each threshold that is passed; 3 where nothing was measured. */
function byLength(p95Ms: number | null): number {
  if (p95Ms === null) return 3;
  if (p95Ms <= fastMs) return 5;
  if (p95Ms <= 3 * fastMs) return 4;
  if (p95Ms <= slowMs) return 3;
  return p95Ms <= 10 * slowMs ? 2 : 1;
}

const withoutPredict = 'It has no predict(payload): its callers would have to say themselves what to expect.';

function latency({ stats: { p50Ms, p95Ms } }: AdviceFacts): Cells {
  return {
    sync: cell(
      byLength(p95Ms),
      p95Ms === null || p50Ms === null
        ? 'Nothing was measured yet.'
        : `The answer is the result: after ${seconds(p50Ms)} for half of the calls, ${seconds(p95Ms)} for 1 in 20.`,
    ),
    async: cell(
      p95Ms !== null && p95Ms <= fastMs ? 3 : 5,
      p95Ms !== null && p95Ms <= fastMs
        ? `The first answer comes at once, but the result only with a second call, later than the ${seconds(p95Ms)} that it takes.`
        : 'The first answer comes once the job is on disk, however long it runs.',
    ),
    hybrid: cell(5, 'The answer comes at once, with what is to be expected.'),
  };
}

function simplicity({ hasPredict, hasRollback }: AdviceFacts): Cells {
  return {
    sync: cell(5, 'One call, one result; nothing to remember.'),
    async: cell(3, 'The caller keeps an id, and hears of the end by an event, a webhook or a poll.'),
    hybrid:
      hasPredict && hasRollback
        ? cell(2, 'As async, and what was promised may have to be taken back: it has a rollback for that.')
        : cell(1, hasPredict ? 'It has no rollback: whoever is told too much has to be told otherwise.' : withoutPredict),
  };
}

function userExperience({ stats: { p95Ms, failureRate }, declares, hasPredict }: AdviceFacts): Cells {
  const fails = failureRate ?? 0;
  return {
    sync: cell(
      byLength(p95Ms),
      p95Ms === null
        ? 'Nothing was measured yet.'
        : p95Ms <= fastMs
          ? 'Feels instant.'
          : p95Ms <= slowMs
            ? 'A delay that is felt, but the thread of thought holds.'
            : `${seconds(p95Ms)} is too long to look at a screen that does nothing.`,
    ),
    async: cell(
      declares.needsResult ? 2 : p95Ms !== null && p95Ms <= slowMs ? 3 : 4,
      declares.needsResult
        ? 'The result is needed before the caller can go on, so it waits anyway.'
        : 'People go on at once, and see progress and the end.',
    ),
    hybrid: cell(
      !hasPredict || fails > 0.05 ? 2 : 5,
      hasPredict ? `Feels instant, and is right in ${percent(1 - fails)} of all cases.` : withoutPredict,
    ),
  };
}

function errorHandling({ stats: { failureRate }, maxAttempts, hasRollback }: AdviceFacts): Cells {
  const fails = failureRate ?? 0;
  const shown = failureRate === null ? 'Failures were not measured yet' : `${percent(fails)} of attempts fail`;
  return {
    sync: cell(fails > 0.05 ? 2 : fails > 0.01 ? 3 : 4, `${shown}: the caller is told at once, and has to try again itself.`),
    async: cell(
      maxAttempts > 1 ? 5 : 3,
      maxAttempts > 1
        ? `${shown}: tried up to ${maxAttempts} times, and kept as a dead letter after that.`
        : `${shown}: kept as a dead letter; it has no retries.`,
    ),
    hybrid: cell(
      hasRollback ? 4 : 2,
      hasRollback
        ? `${shown}: tried again, and rolled back when that is in vain.`
        : `${shown}, and it has no rollback for a promise that is not kept.`,
    ),
  };
}

function throughput({ stats: { p50Ms }, interactivePlaces, lane }: AdviceFacts): Cells {
  const most = p50Ms === null ? null : (interactivePlaces * 1000) / Math.max(p50Ms, 1);
  return {
    sync: cell(
      most === null ? 3 : most >= 1_000 ? 5 : most >= 100 ? 4 : most >= 10 ? 3 : 1,
      most === null
        ? 'Nothing was measured yet.'
        : `${interactivePlaces} callers at once: about ${perSecond(most)}; more are refused (503).`,
    ),
    async: cell(
      5,
      `Bursts wait in line rather than being refused; ${lane === 'io' ? 'thousands run at once' : 'a job a core runs at once'}.`,
    ),
    hybrid: cell(4, 'As async; a prediction and perhaps a rollback come on top.'),
  };
}

function resources({ stats: { p95Ms }, lane }: AdviceFacts): Cells {
  const holds = p95Ms === null ? 'as long as it runs' : `for up to ${seconds(p95Ms)}`;
  return {
    sync: cell(
      Math.max(1, byLength(p95Ms) - (lane === 'io' ? 0 : 1)),
      `A connection and a place of the interactive lane are held ${holds}.`,
    ),
    async: cell(4, 'Nothing is held while it waits; it costs a row on disk.'),
    hybrid: cell(3, 'As async, with the prediction and a possible rollback.'),
  };
}

function debugging(): Cells {
  return {
    sync: cell(5, 'The error comes back on the very call that caused it.'),
    async: cell(4, 'Each attempt, its log and its error are kept with the job; the caller has to look there.'),
    hybrid: cell(2, 'Promise, outcome and rollback are three things to follow.'),
  };
}

function consistency({ declares }: AdviceFacts): Cells {
  const strong = declares.consistency === 'strong';
  const eventual = declares.consistency === 'eventual';
  return {
    sync: cell(5, 'What the caller does next sees its effect.'),
    async: cell(
      strong ? 1 : eventual ? 5 : 3,
      strong
        ? 'It declares strong consistency: its effect must not come later.'
        : eventual
          ? 'It declares eventual consistency: its effect may come later.'
          : 'Its effect comes later than the answer.',
    ),
    hybrid: cell(
      strong ? 1 : eventual ? 3 : 2,
      strong ? 'It declares strong consistency: a promise is not enough.' : 'The caller sees a promise that may be taken back.',
    ),
  };
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

function perSecond(rate: number): string {
  return rate >= 10
    ? `${Math.round(rate)} a second`
    : rate >= 1
      ? `${Math.round(rate * 10) / 10} a second`
      : `${Math.max(1, Math.round(rate * 60))} a minute`;
}
