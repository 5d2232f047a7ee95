/** Common mistakes in how a task is called, each with how often it was seen. Pure. */

import type { AdviceWarning } from '../../contract/advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { seconds } from './decide.ts';

/** Fewer than this is chance. */
const tellingCount = 5;
/** From this share on it is a habit. */
const habit = 0.5;

export function adviceWarnings(facts: AdviceFacts): AdviceWarning[] {
  return [syncForEverything, asyncForEverything, noRetry, pollingTooOften, blockingOnAsync, longWaits].flatMap((look) => look(facts) ?? []);
}

type Look = (facts: AdviceFacts) => AdviceWarning | null;

const syncForEverything: Look = ({ pace, stats: { p95Ms }, usage: { sync } }) => {
  if (pace !== 'slow' || p95Ms === null || sync < tellingCount) return null;
  const message = `${times(sync)} it was called with sync, and 1 run in 20 takes ${seconds(p95Ms)} or longer: leave the mode out, or submit it async.`;
  return { code: 'sync-for-everything', message, count: sync };
};

const asyncForEverything: Look = ({ pace, stats: { p95Ms }, usage: { async, polledAtOnce } }) => {
  if (pace !== 'fast' || p95Ms === null || polledAtOnce < tellingCount || polledAtOnce < async * habit) return null;
  const message = `${times(polledAtOnce)} it was submitted async and polled within a second, though 19 of 20 runs end within ${seconds(p95Ms)}: with sync, or without a mode, the first answer holds the result.`;
  return { code: 'async-for-everything', message, count: polledAtOnce };
};

const noRetry: Look = ({ maxAttempts, declares, stats: { failureRate }, usage: { async, hybrid, auto } }) => {
  const background = async + hybrid + auto;
  if (maxAttempts > 1 || declares.retryable === false || declares.idempotent === false) return null;
  if (failureRate === null || failureRate < 0.01 || background < tellingCount) return null;
  const message = `${Math.round(failureRate * 1000) / 10} % of its attempts fail, and it has no retries: each failure is a dead letter at once. If it can be run twice, give it a retry policy.`;
  return { code: 'no-retry', message, count: Math.round(failureRate * background) };
};

const pollingTooOften: Look = ({ usage: { polls, wastedPolls } }) => {
  if (wastedPolls < tellingCount || wastedPolls < polls * habit) return null;
  const message = `${wastedPolls} of ${polls} polls came sooner than Retry-After had suggested: heed it, hold the request open with ?waitMs=, or follow the event stream.`;
  return { code: 'polling-too-often', message, count: wastedPolls };
};

const blockingOnAsync: Look = ({ usage: { async, waits }, pace }) => {
  if (waits < tellingCount || waits < async * habit) return null;
  const instead = pace === 'slow' ? 'hear of the end by a webhook or the event stream' : 'call it with sync, or without a mode';
  return {
    code: 'blocking-on-async',
    message: `${times(waits)} a caller submitted it async and then waited for its end: ${instead}.`,
    count: waits,
  };
};

const longWaits: Look = ({ usage: { longWaits: count } }) => {
  if (count === 0) return null;
  const message = `${times(count)} a caller was held for more than 30 s: browsers and proxies give up at about that time, and the caller never hears of the end.`;
  return { code: 'long-waits', message, count };
};

function times(count: number): string {
  return count === 1 ? 'Once' : `${count} times`;
}
