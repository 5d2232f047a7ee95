/** What was promised of a job before it was done, what came of it, and what was done about the difference. */

import { type CompensationState, compensationWords } from '../../../contract/compensation.ts';
import type { Job } from '../../../contract/job.ts';
import type { Json } from '../../../contract/json.ts';
import { Link } from '../../app/navigation.tsx';
import { JsonView } from '../../ui/json-view.tsx';
import styles from './job-promise.module.css';
import { type Difference, differencesOf } from './promise-difference.ts';

/** Enough to see what kind of difference it is; the values themselves stand whole beside it. */
const differencesShown = 20;
const valueLength = 120;

/** Nothing was promised, and nothing is to be done about a failure: then there is nothing to show. */
export function hasPromise({ mode, optimistic, compensation, onFailure }: Job): boolean {
  return mode === 'hybrid' || optimistic !== null || compensation !== null || onFailure !== null;
}

export function JobPromise({ job }: { job: Job }) {
  const differences =
    job.state === 'completed' && job.optimistic !== null ? differencesOf(job.optimistic, job.result, differencesShown + 1) : [];
  return (
    <div className={styles.promise}>
      <p>{verdictOf(job, differences.length)}</p>
      {differences.length > 0 && <Differences differences={differences} />}
      {job.compensation && <CompensationLine compensation={job.compensation} />}
      {job.optimistic !== null && <JsonView value={job.optimistic} name="promise" />}
    </div>
  );
}

function verdictOf({ mode, state, optimistic, decision, onFailure }: Job, differences: number): string {
  if (mode !== 'hybrid') return onFailure ? `If it ends dead or cancelled, ${onFailure.task} runs.` : '';
  if (optimistic === null) return decision?.reason ?? 'Nothing was promised.';
  switch (state) {
    case 'completed':
      return differences === 0 ? 'The result is what was promised.' : 'The result differs from what was promised.';
    case 'dead':
    case 'cancelled':
      return 'This was promised, and did not come true.';
    default:
      return 'This was promised at once; the work is not done yet.';
  }
}

function Differences({ differences }: { differences: readonly Difference[] }) {
  return (
    <table className={styles.differences}>
      <caption className="only-read">Where the result differs from the promise</caption>
      <thead>
        <tr>
          <th scope="col">Where</th>
          <th scope="col">Promised</th>
          <th scope="col">Came</th>
        </tr>
      </thead>
      <tbody>
        {differences.slice(0, differencesShown).map(({ path, promised, came }) => (
          <tr key={path}>
            <th scope="row">
              <code>{path === '' ? 'the whole' : path}</code>
            </th>
            <td className={styles.promised}>{shortened(promised)}</td>
            <td className={styles.came}>{shortened(came)}</td>
          </tr>
        ))}
        {differences.length > differencesShown && (
          <tr>
            <td colSpan={3}>and more</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

const compensationMarks: Record<CompensationState, string> = { none: '–', pending: '◐', compensated: '✓', 'compensation-failed': '✕' };

function CompensationLine({ compensation: { state, jobId } }: { compensation: NonNullable<Job['compensation']> }) {
  return (
    <p className={styles.compensation} data-state={state}>
      <span aria-hidden="true">{compensationMarks[state]}</span> {compensationWords[state]}
      {jobId !== null && (
        <>
          {' · '}
          <Link to={`/jobs?job=${jobId}`}>the job that makes up for it</Link>
        </>
      )}
    </p>
  );
}

function shortened(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > valueLength ? `${text.slice(0, valueLength)}…` : text;
}
