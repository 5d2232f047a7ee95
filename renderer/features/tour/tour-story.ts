/** What a request of the tour came to, in sentences with its own figures. Pure. */

import type { Job } from '../../../contract/job.ts';
import { isSameJson } from '../../../contract/json.ts';
import { isFinal } from '../../../contract/states.ts';
import { formatDuration } from '../../ui/format.ts';
import type { TourStep } from './tour-steps.ts';
import type { SentRequest } from './tour-timings.ts';
import { doneAfterMs } from './tour-timings.ts';

export type Story = { happened: string; why: string };

/** The end that a step wants to show; a job that ends otherwise is told of as what it is. */
const wantedEnds = {
  sync: 'completed',
  async: 'completed',
  hybrid: 'completed',
  rollback: 'dead',
  auto: 'completed',
  handover: 'completed',
} as const;

/** @param job as far as it has come */
export function storyOf(step: TourStep, request: SentRequest, job: Job): Story {
  if (isFinal(job.state) && job.state !== wantedEnds[step.id]) return unexpected(step, job);
  switch (step.id) {
    case 'sync':
      return syncStory(request, job);
    case 'async':
      return asyncStory(request, job);
    case 'hybrid':
      return hybridStory(request, job);
    case 'rollback':
      return rollbackStory(request, job);
    case 'auto':
    case 'handover':
      return autoStory(request, job);
  }
}

function unexpected({ id }: TourStep, { state, error }: Job): Story {
  if (id === 'rollback' && state === 'completed')
    return { happened: 'The work was done after all, so there was nothing to take back.', why: 'Send it again to see one that fails.' };
  const happened = state === 'cancelled' ? 'The job was cancelled.' : `The work failed${error ? ` (${error.message})` : ''}.`;
  const why =
    id === 'sync'
      ? 'A sync caller is told at once, and nothing is retried.'
      : 'Open the job to see its attempts and its log, and send it again.';
  return { happened, why };
}

function syncStory(request: SentRequest, job: Job): Story {
  const ranMs = job.startedAt && job.finishedAt ? Date.parse(job.finishedAt) - Date.parse(job.startedAt) : null;
  return {
    happened: `You waited ${formatDuration(request.feltMs)}, and the answer is the result itself${ranMs === null ? '' : `: the work took ${formatDuration(ranMs)} of it`}.`,
    why: 'It started at once, on threads that are kept free for callers who wait: however long the queue is, a sync request does not stand in it. Had it failed, you would have been told, and nothing would have been tried again.',
  };
}

function asyncStory(request: SentRequest, job: Job): Story {
  const { feltMs } = request;
  const doneMs = doneAfterMs(request, job);
  const accepted = `After ${formatDuration(feltMs)} you had a job id and were free to go on`;
  const kept =
    'The answer came as soon as the job was safe on disk: from then on it survives a crash of the engine and a pulled plug, and failures are tried again.';
  if (doneMs === null) return { happened: `${accepted}; the work goes on behind it.`, why: kept };
  return { happened: `${accepted}; the work was done ${formatDuration(doneMs)} after you had asked.`, why: kept };
}

function hybridStory(request: SentRequest, job: Job): Story {
  const { feltMs } = request;
  const { optimistic, result, state, decision } = job;
  if (optimistic === null) {
    return {
      happened: `You were answered after ${formatDuration(feltMs)}, but without a promise.`,
      why: decision?.reason ?? 'The task predicted nothing.',
    };
  }
  const promised = `You were promised the outcome after ${formatDuration(feltMs)}`;
  const why =
    'The task has a predict function that says what the work will most likely come to. The promise is durable with the job, and the work follows in the background.';
  const doneMs = doneAfterMs(request, job);
  if (state !== 'completed' || doneMs === null) return { happened: `${promised}; the work is not done yet.`, why };
  const kept = isSameJson(optimistic, result) ? 'came to exactly that' : 'came to something else, as the job shows';
  return { happened: `${promised}; the work was done after ${formatDuration(doneMs)} and ${kept}.`, why };
}

function rollbackStory({ feltMs }: SentRequest, { state, compensation, error }: Job): Story {
  const promised = `You were promised the outcome after ${formatDuration(feltMs)}`;
  const why =
    'The rollback was made a job in the same transaction as the failure, so not even a crash can come between them. It is retried like any other job, and its outcome stands on the one that failed.';
  if (state !== 'dead') return { happened: `${promised}; the work has not failed yet.`, why };
  const failed = `${promised}, and then the work failed for good${error ? ` (${error.message})` : ''}`;
  switch (compensation?.state) {
    case 'compensated':
      return { happened: `${failed}. The rollback has taken the promise back.`, why };
    case 'compensation-failed':
      return { happened: `${failed}, and the rollback failed too: it is a dead letter that waits for a person.`, why };
    case 'none':
      return {
        happened: `${failed}. The task has no rollback, so the promise stands broken.`,
        why: 'A task with a rollback function, or a request with onFailure, would have taken it back.',
      };
    default:
      return { happened: `${failed}. The rollback is on its way.`, why };
  }
}

function autoStory(request: SentRequest, job: Job): Story {
  const { feltMs, endInAnswer } = request;
  const doneMs = doneAfterMs(request, job);
  const why = job.decision?.reason ?? 'No reason was kept with this job.';
  if (endInAnswer) return { happened: `You waited ${formatDuration(feltMs)}, and the answer is the result itself.`, why };
  const handed = `You waited ${formatDuration(feltMs)} and were then given a job id instead of the result`;
  if (doneMs === null) return { happened: `${handed}; the same job goes on behind it.`, why };
  return { happened: `${handed}; the same job went on behind it, and was done ${formatDuration(doneMs)} after you had asked.`, why };
}
