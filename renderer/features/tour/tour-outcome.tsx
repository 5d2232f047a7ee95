/** What came of a step's request: what happened and why, with its times, and where to look further. */

import type { ReactNode } from 'react';
import type { Json } from '../../../contract/json.ts';
import { isFinal } from '../../../contract/states.ts';
import { Link } from '../../app/navigation.tsx';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import styles from './tour-outcome.module.css';
import type { TourStep } from './tour-steps.ts';
import { storyOf } from './tour-story.ts';
import { TourTimeline } from './tour-timeline.tsx';
import type { SentRequest } from './tour-timings.ts';
import { useTourJob } from './use-tour-job.ts';

export function TourOutcome({ step, request }: { step: TourStep; request: SentRequest }) {
  const { job, rollback, error, gone, reload } = useTourJob(request.jobId);
  if (gone) {
    return (
      <Notice tone="info" title="The job of this request is not here any more">
        It was deleted, or belongs to another home. Send the request again to see it anew.
      </Notice>
    );
  }
  if (!job) return error ? <ErrorNotice error={error} retry={reload} /> : <p className={styles.quiet}>Reading the job</p>;
  const story = storyOf(step, request, job);
  return (
    <>
      <div className={styles.story} aria-live="polite">
        <p className={styles.happened}>{story.happened}</p>
        <p className={styles.why}>
          {step.mode === 'auto' && <span className={styles.reason}>Its reason: </span>}
          {story.why}
        </p>
      </div>
      <TourTimeline request={request} job={job} rollback={rollback} />
      <dl className={styles.facts}>
        <Fact name="The job">
          <span className={styles.states}>
            <StateMark state={job.state} withLabel />
            {!isFinal(job.state) && job.progress && (
              <span className={styles.quiet}>
                {Math.round(job.progress.percent)} %{job.progress.message && ` · ${job.progress.message}`}
              </span>
            )}
            <Link to={`/jobs?job=${job.id}`}>Open the job</Link>
          </span>
        </Fact>
        {job.optimistic !== null && (
          <Fact name="Promised">
            <Value value={job.optimistic} />
          </Fact>
        )}
        {job.state === 'completed' && (
          <Fact name={job.optimistic === null ? 'Result' : 'Came'}>
            {job.resultFile ? 'a large one, in the job' : <Value value={job.result} />}
          </Fact>
        )}
        {job.state === 'dead' && job.error && <Fact name="Failed with">{job.error.message}</Fact>}
        {rollback && (
          <Fact name="The rollback">
            <span className={styles.states}>
              <StateMark state={rollback.state} withLabel />
              <Link to={`/jobs?job=${rollback.id}`}>Open the rollback</Link>
            </span>
          </Fact>
        )}
      </dl>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const valueLength = 300;

/** Its start, in one line: the job shows it whole. */
function Value({ value }: { value: Json }) {
  const text = JSON.stringify(value);
  return <code className={styles.value}>{text.length > valueLength ? `${text.slice(0, valueLength)}…` : text}</code>;
}
