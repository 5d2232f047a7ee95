/** Who goes first in a queue. Pure, and fixed when a job is due: nothing has to be sorted anew as time goes by. */

/** A point of priority is worth so many milliseconds of waiting. */
export const priorityStepMs = 60_000;

/**
 * The place in line, lower first: `dueAt − priority · 60 s`. Of jobs that are due within the same minute the higher priority
 * goes first, whatever else; a job that waits gains on those that come later, one point a minute, so that no stream of
 * higher ones holds it up for ever: priority −100 goes ahead of what is submitted with 100 after 200 minutes.
 * @param dueAt milliseconds since 1970
 */
export function lineRank(dueAt: number, priority: number): number {
  return dueAt - priority * priorityStepMs;
}
