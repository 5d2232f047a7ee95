/** `submit --file --wait`: the end of many jobs as one sum. */

import type { Job } from '../contract/job.ts';
import type { FinalState } from '../contract/states.ts';
import type { CommandContext } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { write } from './io.ts';
import { stateLabel, stateMarks } from './paint.ts';
import { count, oneLine } from './text.ts';
import { interruptedWait, tooLate } from './wait-endings.ts';
import { interruptible, waitForJobs } from './waiting.ts';

/** Reasons shown of those that failed; the rest is for `switchyard dead ls`. */
const reasonsShown = 10;

/** @param waitMs null waits for ever */
export async function waitAndSumUp(ids: readonly string[], waitMs: number | null, context: CommandContext): Promise<number> {
  const { io, json, print, report } = context;
  const connection = await context.connect();
  const ended: Record<FinalState, number> = { completed: 0, dead: 0, cancelled: 0 };
  const failures: Job[] = [];
  const unfinished = new Set(ids);
  const late: string[] = [];
  let gone = 0;
  const tell = teller(context, ids.length, ended);
  const finished = await interruptible(io, async (signal) => {
    await waitForJobs(connection, io, ids, waitMs === null ? null : io.now() + waitMs, signal, {
      async ended({ job, timedOut }) {
        if (timedOut) {
          late.push(job.id);
          return;
        }
        unfinished.delete(job.id);
        ended[job.state as FinalState]++;
        if (job.state !== 'completed' && failures.length < reasonsShown) failures.push(job);
        await tell.progress();
      },
      failed(id) {
        unfinished.delete(id);
        gone++;
      },
    });
    return true;
  });
  await tell.end();
  if (json) await print(JSON.stringify({ ids, ...ended, deleted: gone, unfinished: unfinished.size }));
  else await printSum(ended, gone, failures, context);
  if (finished === null) return report(interruptedWait(unfinished.size, [...unfinished]));
  if (late.length > 0) return report(tooLate(late, waitMs ?? 0));
  return ended.completed === ids.length ? exitCodes.done : exitCodes.jobFailed;
}

/** One line that is written over, a few times a second. */
function teller({ io, json, errorPaint }: CommandContext, total: number, ended: Readonly<Record<FinalState, number>>) {
  const shown = errorPaint.forPeople && !json;
  let toldAt = Number.NEGATIVE_INFINITY;
  return {
    async progress() {
      if (!shown || io.now() - toldAt < 200) return;
      toldAt = io.now();
      const done = ended.completed + ended.dead + ended.cancelled;
      const dead = ended.dead === 0 ? '' : `, ${ended.dead.toLocaleString('en-US')} dead`;
      await write(io.stderr, `\r\x1b[K${done.toLocaleString('en-US')} of ${count(total, 'job')} ended${dead}`);
    },
    async end() {
      if (shown && toldAt > 0) await write(io.stderr, '\r\x1b[K');
    },
  };
}

async function printSum(
  ended: Readonly<Record<FinalState, number>>,
  gone: number,
  failures: readonly Job[],
  { print, paint }: CommandContext,
): Promise<void> {
  const parts = (['completed', 'dead', 'cancelled'] as const)
    .filter((state) => state === 'completed' || ended[state] > 0)
    .map((state) => paint.style(stateMarks[state].style, `${stateLabel(state, paint)} ${ended[state].toLocaleString('en-US')}`));
  if (gone > 0) parts.push(`deleted ${gone.toLocaleString('en-US')}`);
  await print(parts.join('  '));
  for (const job of failures) await print(`  ${job.id}  ${oneLine(job.error?.message ?? job.state)}`);
  const more = ended.dead + ended.cancelled - failures.length;
  if (more > 0) await print(`  … and ${more.toLocaleString('en-US')} more: switchyard dead ls`);
}
