/** A waiting job as it is edited, and the change that comes of it. */

import type { Job } from '../../../contract/job.ts';
import type { JobPatch } from '../../../contract/submission.ts';
import { readJson, writeJson } from '../../ui/json-source.ts';

export type JobDraft = {
  /** null while a number is half typed. */
  priority: number | null;
  queue: string;
  /** Local time as a date-and-time input gives it: 2026-01-31T09:30:00. */
  runAt: string;
  tags: string[];
  payload: string;
};

export function draftOf(job: Pick<Job, 'priority' | 'queue' | 'runAt' | 'tags' | 'payload'>): JobDraft {
  return { priority: job.priority, queue: job.queue, runAt: localTime(job.runAt), tags: job.tags, payload: writeJson(job.payload) };
}

/** Only what differs; null when nothing does or something is not finished. Anything else is the engine's to refuse. */
export function patchOf(start: JobDraft, draft: JobDraft): JobPatch | null {
  const patch: JobPatch = {};
  if (draft.priority !== start.priority) {
    if (draft.priority === null) return null;
    patch.priority = draft.priority;
  }
  if (draft.queue !== start.queue) patch.queue = draft.queue;
  if (draft.runAt !== start.runAt) {
    const at = new Date(draft.runAt);
    if (Number.isNaN(at.getTime())) return null;
    patch.runAt = at.toISOString();
  }
  if (JSON.stringify(draft.tags) !== JSON.stringify(start.tags)) patch.tags = draft.tags;
  if (draft.payload !== start.payload) {
    const reading = readJson(draft.payload);
    if (!reading.ok || typeof reading.value !== 'object' || reading.value === null || Array.isArray(reading.value)) return null;
    patch.payload = reading.value;
  }
  return Object.keys(patch).length === 0 ? null : patch;
}

function localTime(at: string): string {
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
