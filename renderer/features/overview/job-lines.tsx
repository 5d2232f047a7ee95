/** Short lists of jobs on the overview: what it is, what stands out of it, and since when. */

import type { ReactNode } from 'react';
import { taskLabel } from '../../../contract/compensation.ts';
import type { Job, JobSummary } from '../../../contract/job.ts';
import { Link } from '../../app/navigation.tsx';
import { useLiveJob } from '../../data/live.ts';
import { StateMark } from '../../ui/state-mark.tsx';
import { Ago } from '../../ui/time.tsx';
import styles from './job-lines.module.css';

type JobLineProps = { job: JobSummary; to: string; at: string; children?: ReactNode };

function JobLine({ job, to, at, children }: JobLineProps) {
  return (
    <li>
      <Link to={to} className={styles.line}>
        <StateMark state={job.state} />
        <span className={styles.task}>{taskLabel(job)}</span>
        <span className={styles.text}>{children}</span>
        <span className={styles.time}>
          <Ago at={at} />
        </span>
      </Link>
    </li>
  );
}

export function FailedLines({ jobs }: { jobs: readonly Job[] }) {
  return (
    <ul className={styles.lines}>
      {jobs.map((job) => (
        <JobLine key={job.id} job={job} to={`/dead-letters?job=${job.id}`} at={job.finishedAt ?? job.createdAt}>
          <span className={styles.error} title={job.error?.message}>
            {job.error?.message.split('\n', 1)[0] ?? 'No reason was given'}
          </span>
        </JobLine>
      ))}
    </ul>
  );
}

function RunningLine({ read }: { read: Job }) {
  const job = useLiveJob(read.id) ?? read;
  return (
    <JobLine job={job} to={`/jobs?state=executing&job=${job.id}`} at={job.startedAt ?? job.createdAt}>
      {job.progress ? (
        <span className={styles.progress}>
          <span className={styles.track} aria-hidden="true">
            <span className={styles.bar} style={{ transform: `scaleX(${job.progress.percent / 100})` }} />
          </span>
          {Math.round(job.progress.percent)} % {job.progress.message}
        </span>
      ) : (
        `attempt ${job.attempt} of ${job.maxAttempts}`
      )}
    </JobLine>
  );
}

export function RunningLines({ jobs }: { jobs: readonly Job[] }) {
  return (
    <ul className={styles.lines}>
      {jobs.map((job) => (
        <RunningLine key={job.id} read={job} />
      ))}
    </ul>
  );
}

export function WaitingLines({ jobs }: { jobs: readonly Job[] }) {
  return (
    <ul className={styles.lines}>
      {jobs.map((job) => (
        <JobLine key={job.id} job={job} to={`/jobs?state=available&job=${job.id}`} at={job.runAt}>
          queue {job.queue}
          {job.priority !== 0 && `, priority ${job.priority}`}
        </JobLine>
      ))}
    </ul>
  );
}
