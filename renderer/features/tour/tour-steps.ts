/** The requests of the tour, in order: one in each mode, and the two cases that make a mode what it is. Pure. */

import type { Mode } from '../../../contract/job.ts';
import type { SubmissionInput } from '../../../contract/submission.ts';

export const tourStepIds = ['sync', 'async', 'hybrid', 'rollback', 'auto', 'handover'] as const;
export type TourStepId = (typeof tourStepIds)[number];

export type TourStep = {
  id: TourStepId;
  mode: Mode;
  /** In the list of steps. */
  name: string;
  title: string;
  /** What is about to happen, and when one would want it. */
  lead: string;
  submission: SubmissionInput & { task: string };
};

/** By which its jobs are found in the list of jobs. */
export const tourTag = 'tour';

const tags = [tourTag];

export const tourSteps: readonly TourStep[] = [
  {
    id: 'sync',
    mode: 'sync',
    name: 'Sync',
    title: 'Sync: wait for the answer',
    lead: 'A log-in. The next page depends on yes or no, and checking a password takes a fraction of a second: an answer that comes later is none.',
    submission: { task: 'log-in', mode: 'sync', payload: { user: 'ada', password: 'correct horse battery staple' }, tags },
  },
  {
    id: 'async',
    mode: 'async',
    name: 'Async',
    title: 'Async: hand it over and go on',
    lead: 'A report. It simulates thousands of years of revenue, which takes longer than anyone should be held. The request is answered with a job id, and the work follows.',
    submission: {
      task: 'report',
      mode: 'async',
      payload: { customers: 1_000, monthlyCents: 2_900, churnPercent: 3, growthPercent: 5, trials: 20_000 },
      tags,
    },
  },
  {
    id: 'hybrid',
    mode: 'hybrid',
    name: 'Hybrid',
    title: 'Hybrid: promise now, do it behind',
    lead: 'A like button. What will come out is known beforehand, so the page may show it at once, while writing it down takes its time.',
    submission: { task: 'like-button', mode: 'hybrid', payload: { post: 'hello-world', user: 'ada' }, tags },
  },
  {
    id: 'rollback',
    mode: 'hybrid',
    name: 'Hybrid that fails',
    title: 'Hybrid: a promise that is taken back',
    lead: 'Another like, told to a feed at an address where nobody listens: the work fails for good. The promise is out already, and has to be taken back.',
    submission: {
      task: 'like-button',
      mode: 'hybrid',
      payload: { post: 'hello-world', user: 'grace', feed: 'http://127.0.0.1:65535/' },
      // One attempt: the tour is about what comes after the last one.
      retry: { maxAttempts: 1 },
      tags,
    },
  },
  {
    id: 'auto',
    mode: 'auto',
    name: 'Auto',
    title: 'Auto: let Switchyard choose',
    lead: 'The log-in again, this time without saying how. Switchyard decides from what it has measured of the task, what the task declares and how full it is, and says why. Send it a few times: from the fifth run that it has measured the reason is another one.',
    submission: { task: 'log-in', mode: 'auto', payload: { user: 'ada', password: 'correct horse battery staple' }, tags },
  },
  {
    id: 'handover',
    mode: 'auto',
    name: 'Auto that hands over',
    title: 'Auto: wait a while, then go on without the caller',
    lead: 'A checkout at a provider that is slow today. The caller waits a second at the most (waitMs). What takes longer is not started anew: the same job goes on in the background.',
    submission: { task: 'checkout', mode: 'auto', payload: { order: 'tour', cents: 4_200, providerMs: 3_000 }, waitMs: 1_000, tags },
  },
];

/** The examples that the tour runs on. */
export const tourTasks: readonly string[] = [...new Set(tourSteps.map(({ submission }) => submission.task))];

export function isTourStep(id: string): id is TourStepId {
  return (tourStepIds as readonly string[]).includes(id);
}

export function tourStep(id: TourStepId): TourStep {
  const step = tourSteps.find((each) => each.id === id);
  if (!step) throw new Error(`the tour has no step "${id}"`);
  return step;
}
