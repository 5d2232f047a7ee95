/** What a person does with schedules: make, read, change, pause, delete, run now. */

import { invalid, invalidFields, Problem } from '../../contract/errors.ts';
import type { ScheduleEventType } from '../../contract/events.ts';
import type { Job } from '../../contract/job.ts';
import { defaults } from '../../contract/limits.ts';
import type { Schedule, ScheduleInput, SchedulePatch, SchedulePreview, SchedulePreviewInput } from '../../contract/schedule.ts';
import { jobOf, timeOf } from '../store/job-row.ts';
import { notifyText } from '../store/notify-text.ts';
import type { ScheduleRow } from '../store/schedules.ts';
import type { Store } from '../store/store.ts';
import type { Catalog } from './catalog.ts';
import type { Dispatch } from './dispatch.ts';
import type { EventStream } from './event-stream.ts';
import type { NotifyRequests } from './notify-requests.ts';
import type { QueueSettings } from './queue-settings.ts';
import { ScheduleClock } from './schedule-clock.ts';
import { ScheduleLine } from './schedule-line.ts';
import { checkedTimeZone } from './schedule-slots.ts';
import { nextRunsOf, SlotBook, scheduleOf } from './schedule-view.ts';
import type { Submit } from './submit.ts';
import { timeOrderedId } from './time-ordered-id.ts';

export type SchedulesParts = {
  store: Store;
  catalog: Catalog;
  settings: QueueSettings;
  submit: Submit;
  dispatch: Dispatch;
  notifyRequests: NotifyRequests;
  events: EventStream;
  now: () => number;
  failed: (error: unknown) => void;
};

type Page = { limit: number; cursor: string | undefined };

export class Schedules {
  readonly #parts: SchedulesParts;
  readonly #slots = new SlotBook();
  readonly #clock: ScheduleClock;
  readonly line: ScheduleLine;

  constructor(parts: SchedulesParts) {
    this.#parts = parts;
    this.line = new ScheduleLine(parts);
    this.#clock = new ScheduleClock({
      ...{ store: parts.store, catalog: parts.catalog, submit: parts.submit, now: parts.now, failed: parts.failed },
      line: this.line,
      slots: this.#slots,
      announce: (type, row) => this.#announce(type, row),
    });
  }

  /** Once what ran when the last engine went down is back in line. */
  open(): void {
    this.line.open();
    this.#clock.open();
  }

  /** No slot is looked at any more. */
  close(): void {
    this.#clock.close();
  }

  list({ limit, cursor = '' }: Page): { schedules: Schedule[]; next: string | null } {
    if (cursor !== '' && !/^[0-9a-f-]{36}$/.test(cursor)) throw invalid('cursor', 'must be a "next" of an earlier page');
    const rows = this.#parts.store.schedules.schedulesAfter(cursor, limit + 1);
    const page = rows.slice(0, limit);
    return { schedules: page.map((row) => this.#shown(row)), next: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
  }

  get(id: string): Schedule {
    return this.#shown(this.#find(id));
  }

  listJobs(id: string, { limit, cursor = '' }: Page): { jobs: Job[]; next: string | null } {
    this.#find(id);
    if (cursor !== '' && !/^\d{15}(\+\d+)?$/.test(cursor)) throw invalid('cursor', 'must be a "next" of an earlier page');
    const rows = this.#parts.store.jobs.jobsOfSchedule(id, cursor === '' ? '' : `${id}@${cursor}`, limit + 1);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1)?.schedule_slot : undefined;
    return { jobs: page.map(jobOf), next: last ? last.slice(last.indexOf('@') + 1) : null };
  }

  /** @throws Problem invalid-request, as `make` does */
  preview({ cron, everyMs, timeZone: zone }: SchedulePreviewInput): SchedulePreview {
    const timeZone = checkedTimeZone(zone ?? localTimeZone());
    const nextRuns = nextRunsOf({ cron: cron ?? null, everyMs: everyMs ?? null, timeZone }, this.#parts.now());
    if (nextRuns.length === 0) throw neverComes();
    return { timeZone, nextRuns };
  }

  async make(input: ScheduleInput): Promise<Schedule> {
    const { store, now } = this.#parts;
    const at = now();
    const row = this.#timed(
      {
        ...noHistory,
        id: timeOrderedId(at),
        name: input.name ?? null,
        cron: input.cron ?? null,
        every_ms: input.everyMs ?? null,
        anchor_at: at,
        time_zone: checkedTimeZone(input.timeZone ?? localTimeZone()),
        task: input.task,
        queue: input.queue ?? defaults.queue,
        priority: input.priority ?? 0,
        timeout_ms: input.timeoutMs ?? null,
        retry: textOf(input.retry),
        tags: JSON.stringify(input.tags ?? []),
        notify: notifyText(input.notify),
        overlap: input.overlap ?? 'skip',
        missed: input.missed ?? 'once',
        paused: input.paused ? 1 : 0,
        next_at: null,
        created_at: at,
        updated_at: at,
        payload: JSON.stringify(input.payload ?? {}),
      },
      at,
    );
    await this.#check(row);
    await this.#parts.notifyRequests.prepare(input.notify);
    await store.commit.write(
      'may',
      () => store.schedules.insertSchedule(row),
      () => this.#changed('schedule.created', row),
    );
    return this.#shown(row);
  }

  async patch(id: string, patch: SchedulePatch): Promise<Schedule> {
    const { store, notifyRequests, now } = this.#parts;
    // Checked before the transaction, since a task may have to be read; applied to the schedule as it is in it.
    await this.#check(amended(this.#find(id), patch, now()), patch.task !== undefined || patch.payload !== undefined);
    await notifyRequests.prepare(patch.notify);
    const row = await store.commit.write(
      'may',
      () => {
        const current = this.#find(id);
        const at = now();
        const changed = amended(current, patch, at);
        const isRetimed = changed.cron !== current.cron || changed.every_ms !== current.every_ms || changed.time_zone !== current.time_zone;
        // Slots that passed while it was paused were not missed.
        const next = isRetimed || changed.paused !== current.paused ? this.#timed(changed, at) : changed;
        store.schedules.amendSchedule(next);
        return next;
      },
      (changed) => this.#changed('schedule.changed', changed),
    );
    return this.#shown(row);
  }

  async delete(id: string): Promise<void> {
    const { store } = this.#parts;
    await store.commit.write(
      'may',
      () => {
        const current = this.#find(id);
        store.schedules.deleteSchedule(id);
        return current;
      },
      (row) => this.#changed('schedule.deleted', row),
    );
  }

  async runNow(id: string): Promise<Job> {
    return jobOf(await this.#clock.runNow(id, (wanted) => this.#find(wanted)));
  }

  /** With its next slot, from this moment on. @throws Problem invalid-request for a pattern that is none or never comes */
  #timed(row: ScheduleRow, at: number): ScheduleRow {
    const next = this.#slots.slotsOf(row).next(at);
    if (next === null) throw neverComes();
    return { ...row, next_at: row.paused === 1 ? null : next };
  }

  async #check(row: ScheduleRow, payloadToo = true): Promise<void> {
    const { catalog, settings } = this.#parts;
    if (!settings.has(row.queue))
      throw new Problem('unknown-queue', `There is no queue "${row.queue}". Make it with PUT /v1/queues/${row.queue}.`);
    if (!payloadToo) return;
    const entry = catalog.current(row.task) ?? (await catalog.load(row.task));
    if (!entry)
      throw new Problem(
        'unknown-task',
        `There is no task "${row.task}". There are: ${catalog.names().sort().join(', ')}. Your own are files in ${catalog.folder}.`,
      );
    const misfits = entry.check(JSON.parse(row.payload));
    if (misfits.length > 0) throw invalidFields(misfits);
  }

  #find(id: string): ScheduleRow {
    const row = this.#parts.store.schedules.findSchedule(id);
    if (!row) throw new Problem('not-found', `There is no schedule ${id}. It may have been deleted.`);
    return row;
  }

  #shown(row: ScheduleRow): Schedule {
    const { store, now } = this.#parts;
    const first = row.paused === 1 ? this.#slots.slotsOf(row).next(now()) : row.next_at;
    const job = row.run_job === null ? null : store.jobs.findJob(row.run_job);
    return scheduleOf(row, this.#slots.upcomingOf(row, first), job?.state ?? null);
  }

  #changed(type: ScheduleEventType, row: ScheduleRow): void {
    this.#clock.rearm();
    this.#announce(type, row);
  }

  #announce(type: ScheduleEventType, row: ScheduleRow): void {
    const { events, now } = this.#parts;
    events.emitLazily(() => ({ type, at: timeOf(now()), schedule: this.#shown(row) }));
  }
}

function neverComes(): Problem {
  return invalid('/cron', 'never comes');
}

const noHistory = {
  run_at: null,
  run_slot_at: null,
  run_job: null,
  skipped_at: null,
  skipped_slot_at: null,
  skipped_reason: null,
  skipped_detail: null,
} as const;

/** The machine's own, which is what people mean when they leave it out. */
function localTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function textOf(value: object | null | undefined): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

function amended(row: ScheduleRow, patch: SchedulePatch, at: number): ScheduleRow {
  const cron = patch.cron ?? (patch.everyMs ? null : row.cron);
  const everyMs = patch.everyMs ?? (patch.cron ? null : row.every_ms);
  if (patch.cron === null && everyMs === null) throw invalid('/cron', 'must not be null unless everyMs is given');
  if (patch.everyMs === null && cron === null) throw invalid('/everyMs', 'must not be null unless cron is given');
  return {
    ...row,
    cron,
    every_ms: everyMs,
    anchor_at: everyMs === row.every_ms ? row.anchor_at : at,
    time_zone: patch.timeZone === undefined ? row.time_zone : checkedTimeZone(patch.timeZone),
    name: patch.name === undefined ? row.name : patch.name,
    task: patch.task ?? row.task,
    queue: patch.queue ?? row.queue,
    priority: patch.priority ?? row.priority,
    timeout_ms: patch.timeoutMs === undefined ? row.timeout_ms : patch.timeoutMs,
    retry: patch.retry === undefined ? row.retry : textOf(patch.retry),
    notify: patch.notify === undefined ? row.notify : notifyText(patch.notify),
    tags: patch.tags === undefined ? row.tags : JSON.stringify(patch.tags),
    overlap: patch.overlap ?? row.overlap,
    missed: patch.missed ?? row.missed,
    paused: patch.paused === undefined ? row.paused : patch.paused ? 1 : 0,
    payload: patch.payload === undefined ? row.payload : JSON.stringify(patch.payload),
    updated_at: at,
  };
}
