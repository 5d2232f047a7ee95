/**
 * The part of the list that is held: a run of rows without gaps, newest first, somewhere in a list of `total`. Ids grow with
 * time, so the order of the list is the order of ids and any row's place is found by bisection. Pure.
 */

import type { JobEvent } from '../../../contract/events.ts';
import type { Job, JobSummary } from '../../../contract/job.ts';
import type { JobPage } from '../../../contract/routes.ts';
import { previewOf } from './payload-preview.ts';

/** `preview` is null for a job that only an event told of: events carry no payload. */
export type Row = JobSummary & { preview: string | null };

/**
 * The engine's count is of all that match. They are either in the list, where each has its place (`total` of them, whether held
 * or not), or `outside`. What is said of the count is `countOf`, never the places: those may be estimated, and what leaves has one.
 */
export type JobWindow = {
  rows: readonly Row[];
  /** Places of the list before the first row held: estimated, where a far place was gone to. */
  above: number;
  /** Places of the list, by the engine's estimate where it is not `exact`. Never fewer than there are down to the last row held. */
  total: number;
  /** Whether the count is known to its end. */
  exact: boolean;
  /** Where it is not exact: the most that were ever counted. */
  counted: number;
  /** Rows that no longer belong in the list; they stay for a moment, so that one sees what became of them. */
  leaving: ReadonlySet<string>;
  /** Newer jobs, kept out so that what is read does not move; newest first, and of very many only the newest. */
  fresh: readonly Row[];
  /** How many match and have no place: all that are fresh, and what was counted beyond a list that was read to its end. */
  outside: number;
};

export type Count = Pick<JobPage, 'total' | 'exact' | 'estimate'>;

export const emptyWindow: JobWindow = {
  ...{ rows: [], above: 0, total: 0, exact: true, counted: 0 },
  ...{ leaving: new Set(), fresh: [], outside: 0 },
};

export function rowOf(job: Job): Row {
  const { payload: _payload, result: _result, optimistic: _optimistic, decision: _decision, ...summary } = job;
  return { ...summary, preview: previewOf(job) };
}

/** Where the id stands, or −1 − the place where it would. */
export function placeOf(rows: readonly Row[], id: string): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = rows[middle]?.id ?? '';
    if (at === id) return middle;
    if (at > id) low = middle + 1;
    else high = middle;
  }
  return -1 - low;
}

/** Both newest first; of a job in both, `newer` says how it is. */
export function merge(rows: readonly Row[], newer: readonly Row[]): Row[] {
  const merged: Row[] = [];
  let left = 0;
  let right = 0;
  while (left < rows.length || right < newer.length) {
    const a = rows[left];
    const b = newer[right];
    if (a && (!b || a.id > b.id)) {
      merged.push(a);
      left += 1;
    } else if (b) {
      merged.push(b);
      right += 1;
      if (a?.id === b.id) left += 1;
    }
  }
  return merged;
}

/** How many rows of the list come after the last one held. */
export function below({ rows, above, total }: JobWindow): number {
  return Math.max(0, total - above - rows.length);
}

/** How many match, in the engine: at least, where the window is not exact. */
export function countOf({ exact, counted, total, outside, leaving }: JobWindow): number {
  return exact ? total + outside - leaving.size : counted;
}

/**
 * The window with what the engine counted. Where an exact count is less than what the window holds places for, `countOf` is more
 * than that afterwards: only reading again tells which of them are gone.
 * @param ended nothing is older than the last row held: the list gets no places below it, whatever was counted
 */
export function withCount(window: JobWindow, { total: count, exact, estimate }: Count, ended: boolean): JobWindow {
  const { rows, leaving, fresh } = window;
  const held = window.above + rows.length;
  if (!exact) {
    // Of a count that is known to its end, one that was cut short says nothing new.
    if (window.exact && count <= countOf(window)) return window;
    const counted = Math.max(count, countOf(window));
    const places = Math.max(estimate, counted) - window.outside + leaving.size;
    return { ...window, exact, counted, total: ended ? held : Math.max(held, places) };
  }
  const all = count + leaving.size;
  const outside = Math.max(fresh.length, ended ? all - held : Math.min(window.outside, all - held));
  const places = all - outside;
  const above = ended ? Math.max(0, Math.min(window.above, places - rows.length)) : window.above;
  const total = Math.max(above + rows.length, places);
  const same = window.exact && total === window.total && outside === window.outside && above === window.above;
  return same ? window : { ...window, above, total, exact, outside };
}

/**
 * Whether a row that was held once is in the list no more: it would stand among the rows, which have no gaps. Of one that would
 * stand outside of them this says nothing; it may only have been let go of.
 */
export function hasLeft(window: JobWindow, id: string): boolean {
  const place = placeOf(window.rows, id);
  if (place >= 0) return false;
  const would = -1 - place;
  return (would > 0 || window.above === 0) && (would < window.rows.length || (window.exact && below(window) === 0));
}

export type EventRules = {
  belongs: (job: JobSummary) => boolean;
  /** The first place (in `rows`) at which a new row may appear without moving what is being read; 0 when the list stands at its top. */
  quietFrom: number;
};

function changed(row: Row, job: JobSummary): Row {
  return { ...job, preview: row.preview };
}

export function applyEvents(window: JobWindow, events: readonly JobEvent[], { belongs, quietFrom }: EventRules): JobWindow {
  const rows = window.rows.slice();
  const leaving = new Set(window.leaving);
  const gone = new Set<string>();
  const fresh = new Map(window.fresh.map((row) => [row.id, row]));
  const added = new Map<string, Row>();
  let { outside } = window;
  const oldestFresh = outside > fresh.size ? window.fresh.at(-1)?.id : undefined;
  for (const { type, job } of events) {
    const { id } = job;
    const place = placeOf(rows, id);
    const known = rows[place] ?? added.get(id) ?? fresh.get(id);
    /** Among those that are fresh and too many to be held. */
    const unheld = place === -1 && rows.length > 0 && !known && oldestFresh !== undefined && id < oldestFresh;
    if (type === 'job.deleted') {
      added.delete(id);
      if (fresh.delete(id) || (unheld && belongs(job))) outside -= 1;
      if (place >= 0) gone.add(id);
    } else if (place >= 0 && known) {
      rows[place] = changed(known, job);
      gone.delete(id);
      if (belongs(job)) leaving.delete(id);
      else leaving.add(id);
    } else if (!belongs(job)) {
      added.delete(id);
      if (fresh.delete(id)) outside -= 1;
    } else if (known) {
      (added.has(id) ? added : fresh).set(id, changed(known, job));
    } else if (unheld) {
      if (type === 'job.created') outside += 1;
    } else {
      const would = -1 - place;
      const row: Row = { ...job, preview: null };
      // Older than all that is held and not the list's end: it belongs to a part that is read when it comes into view.
      if (would === rows.length && below(window) > 0) continue;
      if (window.above === 0 && would >= quietFrom) added.set(id, row);
      else if (window.above > 0 && would >= Math.max(1, quietFrom)) added.set(id, row);
      else {
        fresh.set(id, row);
        outside += 1;
      }
    }
  }
  for (const id of gone) leaving.delete(id);
  const kept = gone.size === 0 ? rows : rows.filter(({ id }) => !gone.has(id));
  const newestFirst = (a: Row, b: Row) => (a.id < b.id ? 1 : -1);
  return {
    ...window,
    rows: added.size === 0 ? kept : merge(kept, [...added.values()].sort(newestFirst)),
    total: window.total + added.size - gone.size,
    leaving,
    fresh: [...fresh.values()].sort(newestFirst),
    outside,
  };
}

/** Lets go of the leaving rows from the place `from` on; those before it stay, since their going would move what is read. */
export function dropLeaving(window: JobWindow, from: number): JobWindow {
  if (window.leaving.size === 0) return window;
  const rows = window.rows.filter(({ id }, place) => place < from || !window.leaving.has(id));
  const dropped = window.rows.length - rows.length;
  if (dropped === 0) return window;
  const leaving = new Set(rows.slice(0, from).flatMap(({ id }) => (window.leaving.has(id) ? [id] : [])));
  return { ...window, rows, leaving, total: window.total - dropped };
}

/** Takes the fresh rows in; only for a window that starts at the list's top and holds all that are outside. */
export function takeFresh(window: JobWindow): JobWindow {
  if (window.fresh.length === 0) return window;
  const rows = merge(window.rows, window.fresh);
  return { ...window, rows, fresh: [], outside: 0, total: window.total + rows.length - window.rows.length };
}

/** The window with a page at its older end. `end`: nothing is older than it. */
export function withOlder(window: JobWindow, page: readonly Row[], end: boolean, most: number): JobWindow {
  const rows = merge(window.rows, page);
  const drop = Math.max(0, rows.length - most);
  const above = window.above + drop;
  const total = end ? above + rows.length - drop : Math.max(window.total, above + rows.length - drop);
  // Read from its top to its end, it is known however little of it was counted.
  const exact = window.exact || (end && above === 0);
  const counted = window.above === 0 ? Math.max(window.counted, rows.length + window.outside) : window.counted;
  return { ...window, rows: rows.slice(drop), above, total, exact, counted };
}

/** The window with a page at its newer end. `end`: nothing is newer than it. */
export function withNewer(window: JobWindow, page: readonly Row[], end: boolean, most: number): JobWindow {
  const rows = merge(window.rows, page);
  const gained = rows.length - window.rows.length;
  // While there are more there is a place for them, else nothing would bring them into view.
  const above = end ? 0 : Math.max(1, window.above - gained);
  // What is above was counted at another moment: an error of it shows at the end, and is made good there.
  const more = above + gained - window.above;
  const total = Math.max(above + rows.length, window.total + more);
  const fresh = window.fresh.filter(({ id }) => placeOf(rows, id) < 0);
  const outside = end ? fresh.length : Math.max(fresh.length, window.outside - Math.max(0, more));
  return { ...window, rows: rows.slice(0, most), above, total, exact: window.exact || (end && total === rows.length), fresh, outside };
}
