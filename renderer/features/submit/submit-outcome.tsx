/** What came of a submission: the answer, the job that goes on, or why there is none. */

import { useEffect, useState } from 'react';
import { compensationWords } from '../../../contract/compensation.ts';
import type { Problem } from '../../../contract/errors.ts';
import type { Job } from '../../../contract/job.ts';
import { isSameJson } from '../../../contract/json.ts';
import { isFinal } from '../../../contract/states.ts';
import { Link } from '../../app/navigation.tsx';
import { client } from '../../data/client.ts';
import { useLiveJob } from '../../data/live.ts';
import { useResource } from '../../data/resource.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorText } from '../../ui/error-text.tsx';
import { formatDuration } from '../../ui/format.ts';
import { JsonView } from '../../ui/json-view.tsx';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import styles from './submit-outcome.module.css';

export type Outcome =
  | { kind: 'working'; startedAt: number; stop(): void }
  | { kind: 'answered'; job: Job; tookMs: number }
  | { kind: 'refused'; problem: Problem; tookMs: number }
  /** No engine answered; the same submission may be sent again without making a second job. */
  | { kind: 'unanswered'; error: Error }
  | { kind: 'left' };

type SubmitOutcomeProps = { outcome: Outcome; onAgain(): void; onBackground(): void };

export function SubmitOutcome({ outcome, onAgain, onBackground }: SubmitOutcomeProps) {
  switch (outcome.kind) {
    case 'working':
      return <Working startedAt={outcome.startedAt} stop={outcome.stop} />;
    case 'answered':
      return <AnsweredJob answered={outcome.job} tookMs={outcome.tookMs} />;
    case 'refused':
      return <Refusal problem={outcome.problem} tookMs={outcome.tookMs} onAgain={onAgain} onBackground={onBackground} />;
    case 'unanswered':
      return <ErrorNotice error={outcome.error} retry={onAgain} />;
    case 'left':
      return (
        <Notice tone="info" title="Not waiting any more" action={<Link to="/jobs">Go to the jobs</Link>}>
          If the job was accepted it goes on; it is in the list of jobs.
        </Notice>
      );
  }
}

/** An answer that comes at once should not flash a line that says it is waited for. */
const quietMs = 250;

function Working({ startedAt, stop }: { startedAt: number; stop(): void }) {
  const [ms, setMs] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setMs(performance.now() - startedAt), 100);
    return () => clearInterval(timer);
  }, [startedAt]);
  if (ms < quietMs) return null;
  return (
    <div className={styles.working}>
      <span>Waiting for the answer, {formatDuration(ms)}</span>
      <Button onClick={stop}>Stop waiting</Button>
    </div>
  );
}

function AnsweredJob({ answered, tookMs }: { answered: Job; tookMs: number }) {
  const live = useLiveJob(answered.id);
  const ended = live !== undefined && isFinal(live.state) && !isFinal(answered.state);
  // A summary holds no result: read once the job that was accepted has ended.
  const whole = useResource(ended ? `job ${answered.id}` : null, (signal) =>
    client.call('getJob', { params: { id: answered.id }, signal }),
  );
  const job: Job = { ...answered, ...(isFinal(answered.state) ? {} : live), ...(whole.data ?? {}) };
  const waited = isFinal(answered.state);
  return (
    <section className={styles.outcome} aria-label="Outcome">
      <div className={styles.head}>
        <StateMark state={job.state} withLabel />
        <span>{headline(job, waited, tookMs)}</span>
        <Link to={`/jobs?job=${job.id}`} className={styles.link ?? ''}>
          Open the job
        </Link>
      </div>
      {job.duplicate && (
        <p className={styles.note}>A job with this unique key was there already: this is that one, and nothing new was made.</p>
      )}
      {job.decision && <p className={styles.note}>Why: {job.decision.reason}</p>}
      {job.optimistic !== null && (
        <>
          <p className={styles.note}>{promiseNote(job)}</p>
          <JsonView value={job.optimistic} name="promise" />
        </>
      )}
      {job.state === 'executing' && job.progress && (
        <p className={styles.note}>
          {Math.round(job.progress.percent)} %{job.progress.message && ` · ${job.progress.message}`}
        </p>
      )}
      {job.error && job.state !== 'completed' && <ErrorText error={job.error} />}
      {job.result !== null && <JsonView value={job.result} name="result" />}
    </section>
  );
}

function promiseNote({ state, optimistic, result, compensation }: Job): string {
  if (state === 'completed') return isSameJson(optimistic, result) ? 'Promised, and it came so:' : 'Promised, and it came otherwise:';
  return compensation === null ? 'Promised:' : `Promised, and not kept (${compensationWords[compensation.state]}):`;
}

function headline(job: Job, waited: boolean, tookMs: number): string {
  if (waited) return `Answered in ${formatDuration(tookMs)}`;
  if (job.startedAt && job.finishedAt) return `Ran ${formatDuration(Date.parse(job.finishedAt) - Date.parse(job.startedAt))}`;
  return job.state === 'executing' ? 'It runs in the background' : `Accepted in ${formatDuration(tookMs)}: it is stored and will run`;
}

type RefusalProps = { problem: Problem; tookMs: number; onAgain(): void; onBackground(): void };

function Refusal({ problem, tookMs, onAgain, onBackground }: RefusalProps) {
  const { jobId, error, retryAfterMs } = problem.extras;
  if (problem.code === 'task-failed' || problem.code === 'deadline-exceeded') {
    return (
      <section className={styles.outcome} data-failed role="alert" aria-label="Outcome">
        <div className={styles.head}>
          <StateMark state={problem.code === 'task-failed' ? 'dead' : 'cancelled'} />
          <span>
            {problem.code === 'task-failed' ? 'The task failed' : 'It ran out of time and was ended'} after {formatDuration(tookMs)}
          </span>
          {jobId !== undefined && (
            <Link to={`/jobs?job=${jobId}`} className={styles.link ?? ''}>
              Open the job and its log
            </Link>
          )}
        </div>
        {error ? <ErrorText error={error} /> : <p>{problem.message}</p>}
      </section>
    );
  }
  const busy = problem.code === 'lane-saturated';
  const again = retryAfterMs === undefined ? 'Try again' : `Try again (free in about ${formatDuration(retryAfterMs)})`;
  return (
    <Notice
      tone={busy || problem.status === 429 ? 'warning' : 'error'}
      title={problem.toJSON().title}
      action={
        busy ? (
          <>
            <Button onClick={onAgain}>{again}</Button>
            <Button tone="primary" onClick={onBackground}>
              Run in the background
            </Button>
          </>
        ) : (
          problem.status !== 400 && <Button onClick={onAgain}>{again}</Button>
        )
      }
    >
      {problem.message}
    </Notice>
  );
}
