/** What happened to a job: a line of events, and its attempts as a table. */

import type { Attempt, Job } from '../../../contract/job.ts';
import { formatClock, formatDuration, formatMoment } from '../../ui/format.ts';
import { StateMark } from '../../ui/state-mark.tsx';
import { historyOf, outcomeText } from './history.ts';
import styles from './job-history.module.css';

/** Of a job with hundreds of attempts the last ones matter. */
const shownMost = 40;

export function JobHistory({ job, attempts }: { job: Job; attempts: readonly Attempt[] }) {
  const entries = historyOf(job, attempts);
  const shown = entries.slice(-shownMost);
  return (
    <ol className={styles.history}>
      {shown.length < entries.length && (
        <li className={styles.left}>{entries.length - shown.length} earlier entries are in the attempts below</li>
      )}
      {shown.map(({ key, at, state, text, detail, tookMs }) => (
        <li key={key} className={styles.entry}>
          <StateMark state={state} />
          <span className={styles.what}>
            {text}
            {tookMs !== null && <span className={styles.faint}> after {formatDuration(tookMs)}</span>}
            {detail !== null && <span className={styles.detail}>{detail}</span>}
          </span>
          <time className={styles.faint} dateTime={at} title={formatMoment(at)}>
            {formatClock(at)}
          </time>
        </li>
      ))}
    </ol>
  );
}

export function AttemptsTable({ attempts }: { attempts: readonly Attempt[] }) {
  if (attempts.length === 0) return <p className={styles.faint}>It has not run yet.</p>;
  return (
    <table className={styles.attempts}>
      <thead>
        <tr>
          <th scope="col" className={styles.number}>
            #
          </th>
          <th scope="col">Outcome</th>
          <th scope="col">Lane</th>
          <th scope="col" className={styles.number}>
            Took
          </th>
          <th scope="col" className={styles.number}>
            Started
          </th>
        </tr>
      </thead>
      <tbody>
        {attempts.map((attempt) => (
          // An attempt that was given back runs again under its number, so the number alone is no key.
          <tr key={`${attempt.attempt} ${attempt.startedAt}`}>
            <td className={styles.number}>{attempt.attempt}</td>
            <td className={styles.outcome} data-outcome={attempt.outcome ?? 'running'} title={attempt.error?.message}>
              {outcomeText(attempt.outcome)}
            </td>
            <td>
              {attempt.lane}
              {attempt.thread !== null && <span className={styles.faint}> · thread {attempt.thread}</span>}
            </td>
            <td className={styles.number}>
              {attempt.finishedAt === null ? '–' : formatDuration(Date.parse(attempt.finishedAt) - Date.parse(attempt.startedAt))}
            </td>
            <td className={styles.number} title={formatMoment(attempt.startedAt)}>
              {formatClock(attempt.startedAt)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
