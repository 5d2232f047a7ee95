/** The list of jobs behind the grid: reads what comes into view, follows the events, and lets go of what is far away. */

import type { EngineEvent, JobEvent } from '../../../contract/events.ts';
import type { JobSummary } from '../../../contract/job.ts';
import { isJobEvent } from '../../data/live.ts';
import type { JobFilter } from './job-filter.ts';
import { matches, totalIn } from './job-filter.ts';
import type { Edge } from './job-pages.ts';
import { edgeAfter, newerThan, olderThan, oldestEdge, pageRows, readBeyond, readNear, readPage } from './job-pages.ts';
import type { Count, JobWindow, Row } from './job-window.ts';
import {
  applyEvents,
  below,
  countOf,
  dropLeaving,
  emptyWindow,
  placeOf,
  rowOf,
  takeFresh,
  withCount,
  withNewer,
  withOlder,
} from './job-window.ts';

export type JobListState = JobWindow & { status: 'loading' | 'ready'; error: Error | undefined };

/** Rows of the whole list that are in view, `last` not included. */
type View = { first: number; last: number; atTop: boolean };

const firstRows = 200;
const rowsHeld = 20_000;
/** So many rows are read before they come into view. */
const ahead = 150;
/** What is further away than this is gone to directly instead of through all that lies between. */
const jumpRows = 3_000;
const freshHeld = 1_000;
const leavingMs = 1_200;
const refreshMs = 2_500;
/** While jobs are deleted by the thousand, each time it is read the list may be wrong again. */
const againMs = 500;
const previewMs = 600;

const exactly = (total: number): Count => ({ total, exact: true, estimate: total });

export class JobList {
  readonly #filter: JobFilter;
  readonly #listeners = new Set<() => void>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #state: JobListState = { ...emptyWindow, status: 'loading', error: undefined };
  #view: View = { first: 0, last: 0, atTop: true };
  #held = false;
  #reading: AbortController | undefined;
  /** What was told while a page was read, which may show things as they were before. */
  #heard: JobEvent[] = [];
  #jumpedFor: number | undefined;
  /** The count for which it was read again: once is enough, whatever that brought. */
  #againFor: number | undefined;
  /** Undefined: from the row that stands at that end. `end`: nothing is older than that row, or was when it was read. */
  #older: Edge | 'end' | undefined;
  #newer: Edge | undefined;

  constructor(filter: JobFilter) {
    this.#filter = filter;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): JobListState => this.#state;

  close(): void {
    this.#reading?.abort();
    this.#reading = undefined;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Reads the list anew; what is shown stays until the answer is there. `top`: with all that is new, even if something else is read. */
  reload({ top = false } = {}): void {
    const from = this.#firstInView() - ahead;
    const before = this.#state.rows[from];
    if (!top && before && from > 0) this.#readAgainFrom(before, from);
    else this.#readTop(top);
  }

  /** Replaces the rows around the view in one step, so that nothing of what is read moves or is blank meanwhile. */
  #readAgainFrom(before: Row, place: number): void {
    const above = this.#state.above + place + 1;
    const needed = this.#view.last - this.#view.first + 2 * ahead;
    this.#read(async (signal) => {
      let read = await readBeyond(this.#filter, olderThan(before), signal);
      const rows = read.rows;
      while (rows.length < needed && !read.end) {
        read = await readBeyond(this.#filter, read.edge, signal);
        rows.push(...read.rows);
      }
      this.#older = read.end ? 'end' : read.edge;
      this.#newer = undefined;
      this.#moveTo(rows, above);
    });
  }

  #readTop(top: boolean): void {
    this.#read(async (signal) => {
      const page = await readPage(this.#filter, { limit: firstRows }, signal);
      this.#older = page.next === null ? 'end' : edgeAfter(page);
      this.#newer = undefined;
      const all = page.jobs.map(rowOf);
      // Where the top of the list is out of sight, what came since it was read goes on waiting outside.
      const first = this.#quietFrom() > 0 && this.#state.above === 0 && !top ? this.#state.rows[0]?.id : undefined;
      const fresh = first === undefined ? [] : all.filter(({ id }) => id > first);
      const kept = fresh.length < all.length ? fresh : [];
      const rows = all.slice(kept.length);
      const end = page.next === null;
      const held = { ...emptyWindow, rows, total: rows.length, fresh: kept, outside: kept.length };
      const window = end ? held : withCount({ ...held, exact: false, counted: countOf(this.#state) }, page, false);
      this.#show(window, { status: 'ready' });
    });
  }

  /** After an error: goes on where it stopped. */
  retry(): void {
    if (this.#state.rows.length === 0) this.reload();
    else this.#show(this.#state, { error: undefined });
    this.#fill();
  }

  /** While rows are chosen or one is read, new ones wait outside even at the top: nothing moves under the pointer. */
  hold(held: boolean): void {
    this.#held = held;
    if (!held && this.#view.atTop && this.#state.outside > 0) this.showFresh();
  }

  /** Which rows are in view; reads what is missing of them. */
  look(view: View): void {
    this.#view = view;
    if (view.atTop && !this.#held && this.#state.outside > 0) this.showFresh();
    this.#fill();
    this.#fillPreviews();
  }

  showFresh(): void {
    if (this.#state.above > 0 || this.#state.outside > this.#state.fresh.length) this.reload({ top: true });
    else this.#show(takeFresh(this.#state));
  }

  follow(events: readonly EngineEvent[]): void {
    const jobEvents = events.filter(isJobEvent);
    if (this.#reading) this.#heard.push(...jobEvents);
    if (this.#state.status === 'loading') return;
    const stats = events.findLast((event) => event.type === 'stats');
    const total = stats && totalIn(stats.counts, this.#filter);
    let next: JobWindow = this.#state;
    if (stats && total !== undefined) {
      // It counts what came before it.
      const place = events.indexOf(stats);
      next = this.#after(next, events.slice(0, place).filter(isJobEvent));
      next = this.#counted(next, exactly(total));
      next = this.#after(next, events.slice(place).filter(isJobEvent));
    } else {
      next = this.#after(next, jobEvents);
      if (jobEvents.length > 0) this.#later('refresh', refreshMs, () => void this.#refresh());
    }
    if (next !== this.#state) this.#show(next);
    if (next.rows.length === 0) this.#fill();
    this.#fillPreviews();
  }

  #counted(window: JobWindow, count: Count): JobWindow {
    const next = withCount(window, count, this.#older === 'end');
    const unread = next.outside > next.fresh.length && (next.rows.length === 0 || (this.#view.atTop && !this.#held));
    if (count.exact && (unread || countOf(next) > count.total)) {
      if (this.#againFor !== count.total) this.#readAgain();
      this.#againFor = count.total;
    } else this.#againFor = undefined;
    return next;
  }

  #after(window: JobWindow, events: readonly JobEvent[]): JobWindow {
    if (events.length === 0) return window;
    const rules = { belongs: (job: JobSummary) => this.#belongs(job), quietFrom: this.#quietFrom() };
    const next = this.#bounded(applyEvents(window, events, rules));
    if (next.leaving.size > 0) this.#later('leaving', leavingMs, () => this.#show(dropLeaving(this.#state, this.#firstInView())));
    return next;
  }

  #belongs(job: JobSummary): boolean {
    const answer = matches(this.#filter, job);
    if (answer !== 'unknown') return answer === 'yes';
    // Whether the text is in its payload only the engine can say: what is in the list stays, new ones come with the refresh.
    const { rows, fresh } = this.#state;
    return placeOf(rows, job.id) >= 0 || fresh.some(({ id }) => id === job.id);
  }

  #bounded(window: JobWindow): JobWindow {
    const fresh = window.fresh.length > freshHeld ? window.fresh.slice(0, freshHeld) : window.fresh;
    if (window.rows.length <= rowsHeld) return fresh === window.fresh ? window : { ...window, fresh };
    this.#older = undefined;
    return { ...window, fresh, rows: window.rows.slice(0, rowsHeld) };
  }

  /** Total and newest rows as the engine knows them, for filters that events alone cannot follow. */
  async #refresh(): Promise<void> {
    if (document.visibilityState === 'hidden') return;
    const withRows = this.#filter.q !== '' && this.#state.above === 0;
    try {
      const page = await readPage(this.#filter, { limit: withRows ? firstRows : 1 }, AbortSignal.timeout(10_000));
      let next: JobWindow = this.#state;
      if (withRows) {
        const newest = next.rows[0]?.id ?? '';
        const fresh = page.jobs.filter(({ id }) => id > newest).map(rowOf);
        // Where all of the page is fresh there is more between it and what is held.
        const gap = newest !== '' && page.next !== null && fresh.length === page.jobs.length ? 1 : 0;
        next = { ...next, fresh, outside: fresh.length + gap };
        if (this.#view.atTop && !this.#held && gap === 0) next = takeFresh(next);
      }
      this.#show(this.#counted(next, page));
    } catch {
      // The window's own notice says that the engine does not answer; the next events ask again.
    }
  }

  /** Events carry no payload: rows in view that only they told of get their preview, all in one call. */
  #fillPreviews(): void {
    if (!this.#rowsInView().some(({ preview }) => preview === null)) return;
    this.#later('previews', previewMs, async () => {
      const inView = this.#rowsInView();
      const first = inView[0];
      if (!first) return;
      try {
        const { bounds } = olderThan(first);
        const limit = Math.min(pageRows, inView.length + 50);
        const page = await readPage(this.#filter, { ...bounds, limit }, AbortSignal.timeout(10_000));
        const previews = new Map(page.jobs.map((job) => [job.id, rowOf(job).preview]));
        const fill = (row: JobWindow['rows'][number]) => {
          const preview = row.preview ?? previews.get(row.id);
          return preview === undefined || preview === row.preview ? row : { ...row, preview };
        };
        this.#show({ ...this.#state, rows: this.#state.rows.map(fill) });
      } catch {
        // A preview is a comfort: the row is complete without it.
      }
    });
  }

  #rowsInView(): JobWindow['rows'] {
    const { rows, above } = this.#state;
    return rows.slice(Math.max(0, this.#view.first - above), Math.max(0, this.#view.last - above));
  }

  #firstInView(): number {
    return this.#view.atTop ? 0 : Math.max(0, this.#view.first - this.#state.above);
  }

  #quietFrom(): number {
    if (this.#state.rows.length === 0) return 0;
    return this.#held ? Math.max(1, this.#view.last - this.#state.above) : this.#firstInView();
  }

  #fill(): void {
    const { rows, above, total, status, error } = this.#state;
    if (this.#reading || status === 'loading' || error) return;
    if (rows.length === 0 && total > 0 && typeof this.#older !== 'object') {
      this.#readAgain();
      return;
    }
    const first = Math.min(this.#view.first, total);
    const last = Math.min(this.#view.last, total);
    const end = above + rows.length;
    const away = first - end > jumpRows || above - last > jumpRows;
    // One jump for each place that is asked for: where times do not tell rows apart, it is walked to from wherever that led.
    if (away && this.#jumpedFor !== first) {
      this.#jumpedFor = first;
      this.#jump(first, last);
    } else if (last + ahead > end && this.#older !== 'end' && (below(this.#state) > 0 || !this.#state.exact)) {
      // The engine looks for so long and then answers with what it has found, which may be nothing: there may be more than was counted.
      this.#readOlder();
    } else if (first - ahead < above && above > 0) {
      this.#readNewer();
    }
  }

  /** Nothing that is held says where what is in view stands now. */
  #readAgain(): void {
    this.#later('again', againMs, () => {
      const { first, last } = this.#view;
      this.#jump(first, last);
    });
  }

  #jump(first: number, last: number): void {
    if (first < jumpRows) this.#readTop(false);
    else if (this.#state.total - last < jumpRows) this.#readEnd();
    else this.#readNear(first);
  }

  #readOlder(): void {
    const last = this.#state.rows.at(-1);
    const from = typeof this.#older === 'object' ? this.#older : last && olderThan(last);
    if (!from) return;
    this.#read(async (signal) => {
      const { rows, end, edge } = await readBeyond(this.#filter, from, signal);
      this.#older = end ? 'end' : edge;
      const before = this.#state;
      const next = withOlder(before, rows, end, rowsHeld);
      if (next.above > before.above) this.#newer = undefined;
      this.#show(next);
    });
  }

  #readNewer(): void {
    const first = this.#state.rows[0];
    if (!first) return;
    this.#read(async (signal) => {
      const { rows, end, edge } = await readBeyond(this.#filter, this.#newer ?? newerThan(first), signal);
      this.#newer = end ? undefined : edge;
      const before = this.#state;
      const next = withNewer(before, rows, end, rowsHeld);
      if (next.rows.at(-1)?.id !== before.rows.at(-1)?.id) this.#older = undefined;
      this.#show(next);
    });
  }

  #readEnd(): void {
    this.#read(async (signal) => {
      const { rows, end, edge, count } = await readBeyond(this.#filter, oldestEdge, signal);
      this.#older = 'end';
      this.#newer = end ? undefined : edge;
      // An estimate is as good as the next one: with the one it has, the list keeps its length and the view its place.
      const places = count.exact ? count.total - this.#state.outside : this.#state.total;
      this.#moveTo(rows, end ? 0 : Math.max(1, places - rows.length), end ? exactly(rows.length) : count);
    });
  }

  #readNear(target: number): void {
    this.#read(async (signal) => {
      const { outside } = this.#state;
      const { page, above, oldest, bounds } = await readNear(this.#filter, target + outside, signal);
      if (page.jobs.length === 0) {
        this.#readEnd();
        return;
      }
      const { above: first, rows } = this.#state;
      const distance = target < first ? first - target : target - first - rows.length;
      if (rows.length > 0 && Math.abs(above - outside - target) >= distance) return;
      this.#older = page.next === null ? 'end' : edgeAfter(page, bounds);
      this.#newer = undefined;
      const most = oldest.estimate - page.jobs.length;
      this.#moveTo(page.jobs.map(rowOf), Math.max(0, (page.next === null ? most : Math.min(above, most)) - outside), oldest);
    });
  }

  #moveTo(rows: Row[], above: number, count?: Count): void {
    const ended = this.#older === 'end';
    const held = above + rows.length;
    const total = ended ? held : Math.max(this.#state.total - this.#state.leaving.size, held);
    const window = { ...this.#state, rows, above, total, leaving: new Set<string>() };
    this.#show(count ? withCount(window, count, ended) : window);
  }

  #read(work: (signal: AbortSignal) => Promise<void>): void {
    this.#reading?.abort();
    const reading = new AbortController();
    this.#reading = reading;
    this.#heard = [];
    work(reading.signal).then(
      () => {
        if (this.#reading !== reading) return;
        this.#reading = undefined;
        if (this.#heard.length > 0) this.#show(this.#after(this.#state, this.#heard));
        this.#heard = [];
        if (this.#state.error) this.#show(this.#state, { error: undefined });
        this.#fill();
      },
      (thrown: unknown) => {
        if (this.#reading !== reading) return;
        this.#reading = undefined;
        this.#show(this.#state, { error: thrown instanceof Error ? thrown : new Error(String(thrown)), status: 'ready' });
      },
    );
  }

  #later(name: string, ms: number, run: () => void): void {
    if (this.#timers.has(name)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(name);
      run();
    }, ms);
    this.#timers.set(name, timer);
  }

  #show(window: JobWindow, more: Partial<JobListState> = {}): void {
    this.#state = { ...this.#state, ...window, ...more };
    for (const listener of this.#listeners) listener();
  }
}
