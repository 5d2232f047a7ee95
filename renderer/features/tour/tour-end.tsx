/** All requests of the tour side by side, with what to take along and where to go from here. */

import { Link } from '../../app/navigation.tsx';
import { formatDuration } from '../../ui/format.ts';
import { StateMark } from '../../ui/state-mark.tsx';
import styles from './tour-end.module.css';
import type { TourProgress } from './tour-progress.ts';
import type { TourStep } from './tour-steps.ts';
import { tourSteps, tourTag } from './tour-steps.ts';
import type { SentRequest } from './tour-timings.ts';
import { doneAfterMs } from './tour-timings.ts';
import { useTourJob } from './use-tour-job.ts';

const advice = [
  ['Sync', 'when the caller can do nothing without the answer, and it comes within a tenth of a second or so.'],
  ['Async', 'when it takes long, may fail and be tried again, or nobody waits for it.'],
  ['Hybrid', 'when the outcome is all but certain, and taking it back is cheap.'],
  ['Auto', 'when you would rather not decide: it follows what is measured, and says why.'],
] as const;

const ways = [
  [`/jobs?tag=${tourTag}`, 'The jobs of the tour', 'each with its attempts and its log'],
  ['/dead-letters', 'Dead letters', 'where the like that failed stands until it is run again or discarded'],
  ['/tasks', 'Tasks', 'how each is best called, from what was measured'],
  ['/submit', 'Submit a job', 'of your own'],
] as const;

export function TourEnd({ sent }: Pick<TourProgress, 'sent'>) {
  return (
    <article className={styles.end} aria-labelledby="tour-end">
      <h2 className={styles.title} id="tour-end">
        Side by side
      </h2>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Request</th>
            <th scope="col">You waited</th>
            <th scope="col">Done after</th>
            <th scope="col">Became</th>
          </tr>
        </thead>
        <tbody>
          {tourSteps.map((step) => (
            <EndRow key={step.id} step={step} request={sent[step.id]} />
          ))}
        </tbody>
      </table>
      <section aria-label="Which one when">
        <h3 className={styles.heading}>Which one when</h3>
        <dl className={styles.rules}>
          {advice.map(([name, when]) => (
            <div key={name} className={styles.rule}>
              <dt>{name}</dt>
              <dd>{when}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section aria-label="From here">
        <h3 className={styles.heading}>From here</h3>
        <dl className={styles.rules}>
          {ways.map(([to, name, what]) => (
            <div key={to} className={styles.rule}>
              <dt>
                <Link to={to}>{name}</Link>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      </section>
    </article>
  );
}

function EndRow({ step, request }: { step: TourStep; request: SentRequest | undefined }) {
  const { job, rollback, gone } = useTourJob(request?.jobId ?? null);
  const doneMs = request && job ? doneAfterMs(request, job) : null;
  return (
    <tr>
      <th scope="row">{step.name}</th>
      <td>{request ? formatDuration(request.feltMs) : <span className={styles.quiet}>not sent</span>}</td>
      <td>{doneMs === null ? <span className={styles.quiet}>–</span> : formatDuration(doneMs)}</td>
      <td>
        {gone && <span className={styles.quiet}>deleted</span>}
        {job && (
          <span className={styles.became}>
            <StateMark state={job.state} withLabel />
            {rollback && rollback.state === 'completed' && <span className={styles.quiet}>rolled back</span>}
            <Link to={`/jobs?job=${job.id}`} aria-label={`Open the job of ${step.name}`}>
              Open
            </Link>
          </span>
        )}
      </td>
    </tr>
  );
}
