/** What failed and what happens next: stands above everything else. */

import type { JobError, JobSummary } from '../../../contract/job.ts';
import { ErrorText } from '../../ui/error-text.tsx';
import { formatSpan } from '../../ui/format.ts';
import { useNow } from '../../ui/time.tsx';
import styles from './failure-report.module.css';
import { nextStep } from './next-step.ts';

export function FailureReport({ job, error }: { job: JobSummary; error: JobError }) {
  const past = job.state === 'cancelled';
  return (
    <section
      className={styles.report}
      data-past={past || undefined}
      data-waiting={job.state === 'retryable' || undefined}
      aria-label="What failed"
    >
      <ErrorText error={error}>
        <p className={styles.next}>
          <NextStepText job={job} />
        </p>
      </ErrorText>
    </section>
  );
}

function NextStepText({ job }: { job: JobSummary }) {
  const { text, until } = nextStep(job);
  return until === null ? (
    text
  ) : (
    <>
      {text} <Countdown until={until} />.
    </>
  );
}

/** `in 42s`, renewed every second. */
export function Countdown({ until }: { until: string }) {
  const ms = Date.parse(until) - useNow();
  return <time dateTime={until}>{ms < 1000 ? 'now' : `in ${formatSpan(ms)}`}</time>;
}
