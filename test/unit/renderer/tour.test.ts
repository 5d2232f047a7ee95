import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../../contract/job.ts';
import { jobStates } from '../../../contract/states.ts';
import { submissionSchema } from '../../../contract/submission.ts';
import { notBegun, parseProgress, stepAfter } from '../../../renderer/features/tour/tour-progress.ts';
import { tourStep, tourStepIds, tourSteps } from '../../../renderer/features/tour/tour-steps.ts';
import { storyOf } from '../../../renderer/features/tour/tour-story.ts';
import type { SentRequest } from '../../../renderer/features/tour/tour-timings.ts';
import { doneAfterMs, originOf, spansOf } from '../../../renderer/features/tour/tour-timings.ts';

const sentAt = Date.UTC(2026, 0, 31, 9, 30);
const at = (ms: number) => new Date(sentAt + ms).toISOString();

function request(changes: Partial<SentRequest> = {}): SentRequest {
  return { jobId: 'j', sentAt, feltMs: 12, endInAnswer: false, ...changes };
}

/** Made 2 ms after it was sent, started 3 ms later, done a second after that. */
function job(changes: Partial<Job> = {}): Job {
  return {
    ...{ id: 'j', task: 'report', queue: 'default', mode: 'async', lane: 'cpu', state: 'completed', priority: 0 },
    ...{ attempt: 1, maxAttempts: 5, error: null, progress: null, tags: [], uniqueKey: null, workflowId: null, scheduleId: null },
    ...{ slotAt: null, purpose: 'run', compensates: null, compensation: null, timeoutMs: 60_000 },
    ...{ createdAt: at(2), runAt: at(2), startedAt: at(5), finishedAt: at(1_005) },
    ...{ payload: {}, result: { ok: true }, optimistic: null, onFailure: null, decision: null, deadlineAt: null },
    ...{ concurrencyKey: null, circuit: null, firstPayload: null, fingerprint: null, notify: [] },
    ...changes,
  };
}

describe('the times of a request', () => {
  it('are the wait in line and the run, counted from when it was sent', () => {
    expect(spansOf(job(), originOf(request(), job()), sentAt)).toEqual([
      { kind: 'waiting', fromMs: 2, toMs: 5, open: false },
      { kind: 'work', fromMs: 5, toMs: 1_005, open: false },
    ]);
    expect(doneAfterMs(request(), job())).toBe(1_005);
  });

  it('grow as long as the work goes on', () => {
    const waiting = job({ state: 'available', startedAt: null, finishedAt: null });
    const running = job({ state: 'executing', finishedAt: null });
    expect(spansOf(waiting, sentAt, sentAt + 400)).toEqual([{ kind: 'waiting', fromMs: 2, toMs: 400, open: true }]);
    expect(spansOf(running, sentAt, sentAt + 400).at(-1)).toEqual({ kind: 'work', fromMs: 5, toMs: 400, open: true });
    expect(doneAfterMs(request(), running)).toBeNull();
  });

  it('show a work that failed as such', () => {
    expect(spansOf(job({ state: 'dead' }), sentAt, sentAt).at(-1)?.kind).toBe('failed');
  });

  it('believe the clocks only as far as the job was made while its caller waited', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e7, max: 1e7 }), fc.integer({ min: 0, max: 5_000 }), fc.boolean(), (skew, feltMs, endInAnswer) => {
        const sent = request({ sentAt: sentAt + skew, feltMs, endInAnswer });
        const madeMs = Date.parse(job().createdAt) - originOf(sent, job());
        expect(madeMs).toBeGreaterThanOrEqual(0);
        expect(madeMs).toBeLessThanOrEqual(feltMs);
        if (endInAnswer) expect(doneAfterMs(sent, job())).toBeLessThanOrEqual(feltMs);
      }),
    );
  });

  it('never run backwards, whatever the state and the clock', () => {
    fc.assert(
      fc.property(fc.constantFrom(...jobStates), fc.boolean(), fc.integer({ min: -10_000, max: 10_000 }), (state, started, late) => {
        const each = job({ state, startedAt: started ? at(5) : null, finishedAt: null });
        for (const { fromMs, toMs } of spansOf(each, sentAt, sentAt + late)) expect(toMs).toBeGreaterThanOrEqual(fromMs);
      }),
    );
  });
});

describe('the story of a request', () => {
  it('tells a sync caller how much of the wait was work', () => {
    const sent = request({ feltMs: 1_010, endInAnswer: true });
    expect(storyOf(tourStep('sync'), sent, job()).happened).toBe(
      'You waited 1.0 s, and the answer is the result itself: the work took 1.0 s of it.',
    );
  });

  it('tells an async caller of the work once it is done', () => {
    const running = job({ state: 'executing', finishedAt: null });
    expect(storyOf(tourStep('async'), request(), running).happened).toContain('free to go on; the work goes on behind it');
    expect(storyOf(tourStep('async'), request(), job()).happened).toContain('the work was done 1.0 s after you had asked');
  });

  it('says whether a promise came true, and when there was none', () => {
    const hybrid = (changes: Partial<Job>) => storyOf(tourStep('hybrid'), request(), job(changes));
    expect(hybrid({ optimistic: { ok: true } }).happened).toContain('came to exactly that');
    expect(hybrid({ optimistic: { ok: false } }).happened).toContain('came to something else');
    const decision = { mode: 'hybrid', reason: 'predict took too long.', p95Ms: null, samples: 0, waitMs: null } as const;
    expect(hybrid({ decision })).toEqual({
      happened: 'You were answered after 12 ms, but without a promise.',
      why: 'predict took too long.',
    });
  });

  it('follows a broken promise to the end of its rollback', () => {
    const error = { name: 'Error', message: 'fetch failed' };
    const dead = (state: NonNullable<Job['compensation']>['state']) =>
      storyOf(tourStep('rollback'), request(), job({ state: 'dead', error, compensation: { state, jobId: 'r' } })).happened;
    expect(dead('pending')).toContain('failed for good (fetch failed). The rollback is on its way.');
    expect(dead('compensated')).toContain('The rollback has taken the promise back.');
    expect(dead('compensation-failed')).toContain('the rollback failed too');
    expect(dead('none')).toContain('the promise stands broken');
  });

  it('gives the reason of auto as the engine said it', () => {
    const decision = { mode: 'wait', reason: 'No run of it was measured yet.', p95Ms: null, samples: 0, waitMs: 1_000 } as const;
    const told = (sent: SentRequest) => storyOf(tourStep('handover'), sent, job({ decision }));
    expect(told(request({ feltMs: 1_000 })).happened).toContain('given a job id instead of the result');
    expect(told(request({ feltMs: 1_010, endInAnswer: true })).happened).toContain('the answer is the result itself');
    expect(told(request()).why).toBe('No run of it was measured yet.');
  });

  it('does not tell of a success where there was none, nor of a failure', () => {
    const error = { name: 'Error', message: 'no such module' };
    for (const id of tourStepIds) {
      const failed = storyOf(tourStep(id), request(), job({ state: 'dead', error }));
      expect(failed.happened).toContain(error.message);
      expect(storyOf(tourStep(id), request(), job({ state: 'cancelled' })).happened).toBe('The job was cancelled.');
    }
    expect(storyOf(tourStep('rollback'), request(), job()).happened).toContain('nothing to take back');
  });
});

describe('the progress of the tour', () => {
  it('is what was kept, and a tour not begun where nothing good was', () => {
    const kept = { at: 'hybrid', sent: { sync: request() }, hidden: true };
    expect(parseProgress(JSON.stringify(kept))).toEqual(kept);
    for (const text of [null, '', '{', '7', '{"at":"sync"}', JSON.stringify({ ...kept, sent: { sync: { jobId: 1 } } })]) {
      expect(parseProgress(text)).toEqual(notBegun);
    }
  });

  it('leaves out steps that are no more', () => {
    const kept = { at: 'gone', sent: { gone: request(), sync: request() }, hidden: false };
    expect(parseProgress(JSON.stringify(kept))).toEqual({ at: null, sent: { sync: request() }, hidden: false });
  });

  it('goes through every step once, and ends', () => {
    const gone: string[] = [];
    for (let id = tourStepIds[0] as ReturnType<typeof stepAfter>; id !== 'end'; id = stepAfter(id)) gone.push(id);
    expect(gone).toEqual(tourSteps.map(({ id }) => id));
  });
});

it('every request of the tour is one that the engine takes as it stands', () => {
  for (const { submission, mode } of tourSteps) expect(submissionSchema.parse(submission)).toMatchObject({ ...submission, mode });
  expect(new Set(tourSteps.map(({ mode }) => mode))).toEqual(new Set(['sync', 'async', 'hybrid', 'auto']));
});
