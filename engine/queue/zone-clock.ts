/**
 * Between the clock on the wall and time itself. A wall reading is kept as the milliseconds since 1970 that UTC would
 * have at that reading. Pure, but for the time zone database of the runtime.
 */

const day = 86_400_000;

export type ZoneClock = {
  /**
   * When the wall first shows this reading. A reading that a clock set forward leaves out is taken for the first moment
   * after the gap; one that comes twice, for the first time that it comes.
   */
  instantOf(wall: number): number;
  /** The latest reading whose instant, and that of all before it, is not after this one. */
  wallAt(instant: number): number;
};

/** The name as it is usually written, or null when there is no such time zone. Offsets such as +01:00 are none: they know no summer. */
export function timeZoneNamed(name: string): string | null {
  if (!/^[A-Za-z]/.test(name)) return null;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions();
    // The runtime answers some names by newer ones; what was asked for is kept.
    return timeZone.toLowerCase() === name.toLowerCase() ? timeZone : name;
  } catch {
    return null;
  }
}

/** @throws RangeError when there is no such time zone */
export function zoneClock(timeZone: string): ZoneClock {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  const offsetAt = (instant: number) => offsetOf(format.format(instant));
  let known: Change | null = null;

  /** The change of offset around a time, if there is one. Zones don't change theirs twice within two days. */
  function changeAround(time: number): Change | null {
    if (known && Math.abs(known.at - time) < day - 1) return known;
    let [low, high] = [time - day, time + day];
    const [before, after] = [offsetAt(low), offsetAt(high)];
    if (before === after) return null;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    known = { at: high, before, after };
    return known;
  }

  return {
    instantOf(wall) {
      const change = changeAround(wall);
      if (!change) return wall - offsetAt(wall);
      const [early, late] = [wall - change.before, wall - change.after];
      if (early < change.at) return early;
      return Math.max(late, change.at);
    },
    wallAt(instant) {
      const offset = offsetAt(instant);
      const change = changeAround(instant);
      if (!change || instant < change.at) return instant + offset;
      // In the second of two equal hours everything up to their end has been shown before.
      return Math.max(instant + offset, change.at + change.before - 1);
    },
  };
}

/** From `at` on the offset is `after`. All in milliseconds. */
type Change = { at: number; before: number; after: number };

/** From the end of e.g. `10/25/2026, GMT+10:30`, in milliseconds; local time is UTC plus it. */
function offsetOf(text: string): number {
  const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
  if (!match) throw new Error(`the runtime writes an offset as "${text}"`);
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = match;
  const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -size : size;
}
