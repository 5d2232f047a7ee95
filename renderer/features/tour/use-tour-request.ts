/** Sends a step's request, measures what its caller feels, and keeps it. */

import { useEffect, useRef, useState } from 'react';
import { Problem } from '../../../contract/errors.ts';
import { isFinal } from '../../../contract/states.ts';
import { client } from '../../data/client.ts';
import { changeProgress } from './tour-progress.ts';
import type { TourStep } from './tour-steps.ts';
import type { SentRequest } from './tour-timings.ts';

export type TourRequest = {
  /** `performance.now()` of the request that is on its way; null: none is. */
  sendingSince: number | null;
  /** Why there is no job. */
  error: Error | null;
  send(): Promise<void>;
};

export function useTourRequest({ id, submission }: TourStep): TourRequest {
  const [sendingSince, setSendingSince] = useState<number | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const busy = useRef(false);
  /** Sent again after no answer came it must not become a second job: it has the key of the first. */
  const key = useRef<string | null>(null);
  const shown = useRef(true);
  useEffect(() => {
    shown.current = true;
    return () => {
      shown.current = false;
    };
  }, []);

  const send = async () => {
    if (busy.current) return;
    busy.current = true;
    key.current ??= crypto.randomUUID();
    const sentAt = Date.now();
    const startedAt = performance.now();
    setError(null);
    setSendingSince(startedAt);
    const keep = (jobId: string, endInAnswer: boolean) => {
      key.current = null;
      const request: SentRequest = { jobId, sentAt, feltMs: performance.now() - startedAt, endInAnswer };
      changeProgress((progress) => ({ ...progress, sent: { ...progress.sent, [id]: request } }));
    };
    try {
      const job = await client.call('submitJob', { body: submission, headers: { 'idempotency-key': key.current } });
      keep(job.id, isFinal(job.state));
    } catch (thrown) {
      // A sync caller is told of a failure by an error, and that has a job too.
      if (thrown instanceof Problem && thrown.extras.jobId !== undefined) keep(thrown.extras.jobId, true);
      else if (shown.current) setError(thrown instanceof Error ? thrown : new Error(String(thrown)));
    } finally {
      busy.current = false;
      if (shown.current) setSendingSince(null);
    }
  };

  return { sendingSince, error, send };
}
