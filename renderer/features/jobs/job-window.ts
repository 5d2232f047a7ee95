/**
 * The part of the list that is held: a run of rows without gaps, newest first, somewhere in a list of `total`. Ids grow with
 * time, so the order of the list is the order of ids and any row's place is found by bisection. Pure.
 */

import type { JobEvent } from '../../../contract/events.ts';
import type { Job, JobSummary } from '../../../contract/job.ts';
import { previewOf } from './payload-preview.ts';

/** `preview` is null for a job that only an event told of: events carry no payload. */
export type Row = JobSummary & { preview: string | null };

export type JobWindow = {
  rows: readonly Row[];
  /** Rows of the list before the first one held. */
  above: number;
  total: number;
  exact: boolean;
  /** Rows that no longer belong in the list; they stay for a moment, so that one sees what became of them. */
  leaving: ReadonlySet<string>;
  /** Newer jobs, kept out so that what is read does not move; newest first. */
  fresh: readonly Row[];
};

export const emptyWindow: JobWindow = { rows: [], above: 0, total: 0, exact: true, leaving: new Set(), fresh: [] };

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

/** @param exact else there may be more: of a list that is known to its end that says nothing new */
export function withTotal(window: JobWindow, total: number, exact: boolean): JobWindow {
  if (!exact && window.exact && total <= window.total) return window;
  const known = Math.max(total, window.above + window.rows.length);
  return known === window.total && exact === window.exact ? window : { ...window, total: known, exact };
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
  for (const { type, job } of events) {
    const { id } = job;
    const place = placeOf(rows, id);
    const known = rows[place] ?? added.get(id) ?? fresh.get(id);
    if (type === 'job.deleted') {
      added.delete(id);
      fresh.delete(id);
      if (place >= 0) gone.add(id);
    } else if (place >= 0 && known) {
      rows[place] = changed(known, job);
      gone.delete(id);
      if (belongs(job)) leaving.delete(id);
      else leaving.add(id);
    } else if (!belongs(job)) {
      added.delete(id);
      fresh.delete(id);
    } else if (known) {
      (added.has(id) ? added : fresh).set(id, changed(known, job));
    } else {
      const would = -1 - place;
      const row: Row = { ...job, preview: null };
      // Older than all that is held and not the list's end: it belongs to a part that is read when it comes into view.
      if (would === rows.length && below(window) > 0) continue;
      if (window.above === 0 && would >= quietFrom) added.set(id, row);
      else if (window.above > 0 && would >= Math.max(1, quietFrom)) added.set(id, row);
      else fresh.set(id, row);
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

/** Takes the fresh rows in; only for a window that starts at the list's top. */
export function takeFresh(window: JobWindow): JobWindow {
  if (window.fresh.length === 0) return window;
  const rows = merge(window.rows, window.fresh);
  return { ...window, rows, fresh: [], total: window.total + rows.length - window.rows.length };
}

/** The window with a page at its older end. `end`: nothing is older than it. */
export function withOlder(window: JobWindow, page: readonly Row[], end: boolean, most: number): JobWindow {
  const rows = merge(window.rows, page);
  const drop = Math.max(0, rows.length - most);
  const above = window.above + drop;
  const total = end ? above + rows.length - drop : Math.max(window.total, above + rows.length - drop);
  // Read from its top to its end, it is known however little of it was counted.
  const exact = window.exact || (end && above === 0);
  return { ...window, rows: rows.slice(drop), above, total, exact };
}

/** The window with a page at its newer end. `end`: nothing is newer than it. */
export function withNewer(window: JobWindow, page: readonly Row[], end: boolean, most: number): JobWindow {
  const rows = merge(window.rows, page);
  const gained = rows.length - window.rows.length;
  const above = end ? 0 : Math.max(0, window.above - gained);
  // What is above was counted at another moment: an error of it shows at the end, and is made good there.
  const total = Math.max(above + rows.length, window.total + (above + gained - window.above));
  return { ...window, rows: rows.slice(0, most), above, total };
}
