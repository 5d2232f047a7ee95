import type { ReactNode } from 'react';
import type { Job } from '../../../contract/job.ts';
import { Link } from '../../app/navigation.tsx';
import { formatDuration, formatMoment } from '../../ui/format.ts';
import { Ago } from '../../ui/time.tsx';
import styles from './job-facts.module.css';

const modeWords = {
  sync: 'waits for the answer',
  async: 'in the background',
  hybrid: 'optimistic answer',
  auto: 'Switchyard chooses',
} as const;
const chosenWords = {
  sync: 'It was run while the caller waited',
  async: 'It was run in the background',
  hybrid: 'It was answered at once',
  wait: 'The caller waited for a while',
} as const;

export function JobFacts({ job }: { job: Job }) {
  return (
    <dl className={styles.facts}>
      <Fact name="Queue">{job.queue}</Fact>
      <Fact name="Attempt">
        {job.attempt} of {job.maxAttempts}
      </Fact>
      <Fact name="Mode">{modeWords[job.mode]}</Fact>
      <Fact name="Lane">{job.lane}</Fact>
      <Fact name="Priority">{job.priority}</Fact>
      <Fact name="Timeout">{formatDuration(job.timeoutMs)}</Fact>
      <Fact name="Submitted">
        <When at={job.createdAt} />
      </Fact>
      {(job.state === 'scheduled' || job.state === 'retryable') && (
        <Fact name="Due">
          <When at={job.runAt} />
        </Fact>
      )}
      {job.startedAt !== null && (
        <Fact name="Started">
          <When at={job.startedAt} />
        </Fact>
      )}
      {job.finishedAt !== null && (
        <Fact name="Ended">
          <When at={job.finishedAt} />
        </Fact>
      )}
      {job.startedAt !== null && job.finishedAt !== null && (
        <Fact name="Took">{formatDuration(Date.parse(job.finishedAt) - Date.parse(job.startedAt))}</Fact>
      )}
      {job.purpose === 'rollback' && <Fact name="Runs">the task’s rollback</Fact>}
      {job.compensates !== null && (
        <Fact name="Makes up">
          for <Link to={`/jobs?job=${job.compensates}`}>the job that failed</Link>
        </Fact>
      )}
      {job.deadlineAt !== null && (
        <Fact name="Deadline">
          <When at={job.deadlineAt} />
        </Fact>
      )}
      {job.scheduleId !== null && (
        <Fact name="Schedule">
          <Link to={`/schedules?schedule=${job.scheduleId}`}>
            {job.slotAt === null ? 'run by hand' : `slot ${formatMoment(job.slotAt)}`}
          </Link>
        </Fact>
      )}
      {job.fingerprint !== null && (
        <Fact name="Cause">
          <Link to={`/dead-letters?fingerprint=${job.fingerprint}`}>All that died of it</Link>
        </Fact>
      )}
      {job.concurrencyKey !== null && <Fact name="Runs with">others of key {job.concurrencyKey} in turn</Fact>}
      {job.uniqueKey !== null && <Fact name="Unique key">{job.uniqueKey}</Fact>}
      {job.workflowId !== null && (
        <Fact name="Workflow">
          <Link to={`/workflows/${job.workflowId}?job=${job.id}`}>Where it stands</Link>
        </Fact>
      )}
      {job.tags.length > 0 && <Fact name={job.tags.length === 1 ? 'Tag' : 'Tags'}>{job.tags.join(', ')}</Fact>}
      {job.decision && (
        <div className={styles.decision}>
          <dt>Why</dt>
          <dd>
            {chosenWords[job.decision.mode]}: {job.decision.reason}
            {job.decision.p95Ms !== null && (
              <span className={styles.faint}>
                {' '}
                (95 % within {formatDuration(job.decision.p95Ms)}, {job.decision.samples} runs measured)
              </span>
            )}
          </dd>
        </div>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function When({ at }: { at: string }) {
  return (
    <>
      {formatMoment(at)}{' '}
      <span className={styles.faint}>
        <Ago at={at} />
      </span>
    </>
  );
}
