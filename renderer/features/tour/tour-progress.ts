/** How far someone is in the tour, kept in the window so that it can be left and gone on with. */

// Before any schema is made: see there.
import '../../data/without-eval.ts';
import { useSyncExternalStore } from 'react';
import { z } from 'zod';
import type { TourStepId } from './tour-steps.ts';
import { isTourStep, tourStepIds } from './tour-steps.ts';
import type { SentRequest } from './tour-timings.ts';

/** `at` is null before the first step, `end` after the last one. `hidden`: it was put away, and is not offered any more. */
export type TourProgress = {
  at: TourStepId | 'end' | null;
  sent: Partial<Record<TourStepId, SentRequest>>;
  hidden: boolean;
};

export const notBegun: TourProgress = { at: null, sent: {}, hidden: false };

const storageKey = 'switchyard-tour';

const millis = z.number().nonnegative();
const progressSchema = z.object({
  at: z.string().nullable(),
  sent: z.record(z.string(), z.object({ jobId: z.string(), sentAt: millis, feltMs: millis, endInAnswer: z.boolean() })),
  hidden: z.boolean(),
});

/** Whatever else is stored (an older form, something edited by hand) is a tour not begun. */
export function parseProgress(text: string | null): TourProgress {
  let value: unknown;
  try {
    value = JSON.parse(text ?? 'null');
  } catch {
    return notBegun;
  }
  const read = progressSchema.safeParse(value);
  if (!read.success) return notBegun;
  const { at, sent, hidden } = read.data;
  const known = Object.entries(sent).filter(([id]) => isTourStep(id));
  return { at: at === 'end' || (at !== null && isTourStep(at)) ? at : null, sent: Object.fromEntries(known), hidden };
}

/** The step after this one; `end` after the last. */
export function stepAfter(id: TourStepId): TourStepId | 'end' {
  return tourStepIds[tourStepIds.indexOf(id) + 1] ?? 'end';
}

let current: TourProgress | undefined;
const listeners = new Set<() => void>();

/** Storage may be refused (a private window): then the tour is kept for as long as the window is open. */
function read(): TourProgress {
  if (current) return current;
  try {
    current = parseProgress(window.localStorage.getItem(storageKey));
  } catch {
    current = notBegun;
  }
  return current;
}

/** Outlives the page that asks for it: an answer that comes after someone has left is kept all the same. */
export function changeProgress(change: (progress: TourProgress) => TourProgress): void {
  current = change(read());
  try {
    window.localStorage.setItem(storageKey, JSON.stringify(current));
  } catch {
    // As above.
  }
  for (const listener of listeners) listener();
}

/** Wherever one goes in it, it is not put away any more. */
export function goTo(at: TourProgress['at']): void {
  changeProgress((progress) => ({ ...progress, at, hidden: false }));
}

export function putAway(): void {
  changeProgress((progress) => ({ ...progress, hidden: true }));
}

export function startOver(): void {
  changeProgress(() => notBegun);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useProgress(): TourProgress {
  return useSyncExternalStore(subscribe, read);
}
