/** Sends a submission and keeps what came of it. */

import { useEffect, useRef, useState } from 'react';
import type { FieldError } from '../../../contract/errors.ts';
import { Problem } from '../../../contract/errors.ts';
import type { SubmissionInput } from '../../../contract/submission.ts';
import { client } from '../../data/client.ts';
import type { Outcome } from './submit-outcome.tsx';

const noErrors: readonly FieldError[] = [];

export function useSubmission() {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [errors, setErrors] = useState(noErrors);
  const running = useRef<AbortController | null>(null);
  const sent = useRef<{ body: string; key: string } | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const submit = async (submission: SubmissionInput) => {
    if (running.current) return;
    const abort = new AbortController();
    running.current = abort;
    const startedAt = performance.now();
    const tookMs = () => performance.now() - startedAt;
    setErrors(noErrors);
    setOutcome({ kind: 'working', startedAt, stop: () => abort.abort() });

    // When no answer came the job may have been accepted all the same: sent again unchanged, it is the same job.
    const body = JSON.stringify(submission);
    const key = sent.current?.body === body ? sent.current.key : crypto.randomUUID();
    sent.current = { body, key };
    try {
      const job = await client.call('submitJob', { body: submission, headers: { 'idempotency-key': key }, signal: abort.signal });
      sent.current = null;
      setOutcome({ kind: 'answered', job, tookMs: tookMs() });
    } catch (error) {
      if (abort.signal.aborted) {
        setOutcome({ kind: 'left' });
      } else if (!(error instanceof Problem)) {
        setOutcome({ kind: 'unanswered', error: error as Error });
      } else {
        // After this one nobody knows whether the job was accepted; any other refusal is certain.
        if (error.code !== 'internal-error') sent.current = null;
        const found = error.extras.errors ?? noErrors;
        setErrors(found);
        // What is said at the fields is not said twice.
        setOutcome(found.length > 0 ? null : { kind: 'refused', problem: error, tookMs: tookMs() });
      }
    } finally {
      running.current = null;
    }
  };

  return { outcome, errors, submit, clearErrors: () => setErrors(noErrors) };
}
