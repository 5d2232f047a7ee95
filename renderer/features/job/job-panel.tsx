/** One job: what failed first, then its log, what it was given and gave, and how it went. Beside a list or as a page. */

import type { CSSProperties, ReactNode } from 'react';
import { useState } from 'react';
import { taskLabel } from '../../../contract/compensation.ts';
import type { Attempt, Job } from '../../../contract/job.ts';
import { isFinal, isWaiting } from '../../../contract/states.ts';
import { Link, useLocation } from '../../app/navigation.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { formatDuration } from '../../ui/format.ts';
import { changesOf } from '../../ui/json-changes.ts';
import { JsonChanges } from '../../ui/json-changes-view.tsx';
import { JsonView } from '../../ui/json-view.tsx';
import type { LogState } from '../../ui/log-view.tsx';
import { LogView } from '../../ui/log-view.tsx';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { useNow } from '../../ui/time.tsx';
import { showToast } from '../../ui/toast.tsx';
import { Countdown, FailureReport } from './failure-report.tsx';
import { JobActionsBar } from './job-actions-bar.tsx';
import { JobDeliveries } from './job-deliveries.tsx';
import { JobEdit } from './job-edit.tsx';
import { JobFacts } from './job-facts.tsx';
import { AttemptsTable, JobHistory } from './job-history.tsx';
import styles from './job-panel.module.css';
import { hasPromise, JobPromise } from './job-promise.tsx';
import type { ShownJob } from './use-job.ts';
import { useJob } from './use-job.ts';
import { useJobLog } from './use-job-log.ts';
import { WaitingLine } from './waiting-line.tsx';

type JobPanelProps = {
  id: string;
  /** Back to the list. */
  onClose: () => void;
};

/** Give it `key={id}`, so that nothing half edited is carried from one job to the next. */
export function JobPanel({ id, onClose }: JobPanelProps) {
  const shown = useJob(id);
  const close = <IconButton icon="close" label="Close" shortcut="Esc" onClick={onClose} />;
  if (shown.gone) {
    return (
      <Empty close={close}>
        <Notice tone="empty" title="This job is gone" action={<Button onClick={onClose}>Close</Button>}>
          It was deleted, or its time was up: completed jobs are kept for 7 days, dead ones for 30.
        </Notice>
      </Empty>
    );
  }
  if (shown.job === undefined) {
    return (
      <Empty close={close}>
        {shown.error ? <ErrorNotice error={shown.error} retry={shown.reload} /> : <p className={styles.loading}>Loading the job</p>}
      </Empty>
    );
  }
  return <LoadedJob job={shown.job} shown={shown} close={close} onClose={onClose} />;
}

function Empty({ close, children }: { close: ReactNode; children: ReactNode }) {
  return (
    <div className={styles.panel}>
      <div className={styles.emptyBar}>{close}</div>
      <div className={styles.emptyBody}>{children}</div>
    </div>
  );
}

type LoadedJobProps = { job: Job; shown: ShownJob; close: ReactNode; onClose: () => void };

function LoadedJob({ job, shown, close, onClose }: LoadedJobProps) {
  const isPage = useLocation().path === `/jobs/${job.id}`;
  const [editing, setEditing] = useState(false);
  const log = useJobLog(job.id, !isFinal(job.state));
  const deleted = () => {
    showToast({ tone: 'done', title: `Deleted ${job.task}` });
    onClose();
  };
  return (
    <article className={styles.panel} aria-label={`Job ${job.task}`}>
      <header className={styles.header}>
        <div className={styles.title}>
          <StateMark state={job.state} withLabel />
          <h2 className={styles.task}>{taskLabel(job)}</h2>
          <span className={styles.tools}>
            {!isPage && (
              <Link to={`/jobs/${job.id}`} className={styles.whole ?? ''}>
                Open as page
              </Link>
            )}
            {close}
          </span>
        </div>
        <div className={styles.identity}>
          <code>{job.id}</code>
          <CopyButton text={() => job.id} label="Copy the id" />
        </div>
        <JobActionsBar job={job} onEdit={() => setEditing(true)} onDone={shown.reload} onDeleted={deleted} />
      </header>
      <div className={styles.body}>
        {shown.error && <ErrorNotice error={shown.error} retry={shown.reload} />}
        {job.error && isFailure(job, shown.attempts) ? <FailureReport job={job} error={job.error} /> : <StateLine job={job} />}
        {editing && isWaiting(job.state) && <JobEdit job={job} onClose={() => setEditing(false)} onSaved={shown.reload} />}
        <div className={styles.columns}>
          <Part title="Log" className={styles.logPart}>
            <div className={styles.log} style={{ '--lines': Math.max(2, log.lines.length) } as CSSProperties}>
              <LogView lines={log.lines} state={log.state} emptyText={emptyLogText(job, log.state)} />
            </div>
          </Part>
          <div>
            {hasPromise(job) && (
              <Part title="Promise">
                <JobPromise job={job} />
              </Part>
            )}
            {job.result !== null && (
              <Part title="Result">
                <JsonView value={job.result} name="result" />
              </Part>
            )}
            <Part title="Payload">
              <JsonView value={job.payload} name="payload" />
              {job.firstPayload !== null && (
                <div className={styles.changed}>
                  <h4>Changed since it was submitted</h4>
                  <JsonChanges changes={changesOf(job.firstPayload, job.payload)} />
                </div>
              )}
            </Part>
            <Part title="Details">
              <JobFacts job={job} />
            </Part>
            {job.notify.length > 0 && (
              <Part title="Notifications">
                <JobDeliveries job={job} />
              </Part>
            )}
            <Part title="History">
              <JobHistory job={job} attempts={shown.attempts} />
            </Part>
            <Part title="Attempts">
              <AttemptsTable attempts={shown.attempts} />
            </Part>
          </div>
        </div>
      </div>
    </article>
  );
}

/** A success after failures is none; nor is a cancelling, whatever error the task ended with because of it. */
function isFailure({ state }: Job, attempts: readonly Attempt[]): boolean {
  return state !== 'completed' && !(state === 'cancelled' && attempts.at(-1)?.outcome === 'cancelled');
}

function Part({ title, className, children }: { title: string; className?: string | undefined; children: ReactNode }) {
  return (
    <section className={`${styles.part} ${className ?? ''}`} aria-label={title}>
      <h3 className={styles.partTitle}>{title}</h3>
      {children}
    </section>
  );
}

/** One sentence on how it stands, where a failure would be. */
function StateLine({ job }: { job: Job }) {
  return (
    <div className={styles.state}>
      <StateWords job={job} />
      {job.state === 'executing' && job.progress && (
        <div className={styles.progress}>
          <progress max={100} value={job.progress.percent} aria-label="Progress" />
          <span>
            {Math.round(job.progress.percent)} %{job.progress.message && ` · ${job.progress.message}`}
          </span>
        </div>
      )}
    </div>
  );
}

function StateWords({ job }: { job: Job }) {
  switch (job.state) {
    case 'executing':
      return <p>{job.startedAt !== null && <RunningFor since={job.startedAt} timeoutMs={job.timeoutMs} />}</p>;
    case 'completed':
      return (
        <p>
          Completed
          {job.startedAt && job.finishedAt && ` in ${formatDuration(Date.parse(job.finishedAt) - Date.parse(job.startedAt))}`}
          {job.attempt > 1 && ` at attempt ${job.attempt}`}.
        </p>
      );
    case 'scheduled':
    case 'retryable':
      return (
        <p>
          Runs <Countdown until={job.runAt} />.
        </p>
      );
    case 'available':
      return <WaitingLine job={job} />;
    case 'blocked':
      return job.workflowId === null ? (
        <p>Waits for other jobs of its schedule.</p>
      ) : (
        <p>
          Waits for <Link to={`/workflows/${job.workflowId}?job=${job.id}`}>other jobs of its workflow</Link>.
        </p>
      );
    case 'cancelled':
      return <p>{job.startedAt === null ? 'Cancelled before it ran.' : 'Cancelled while it ran; what it had done by then stays done.'}</p>;
    case 'dead':
      return <p>Dead without an error of its own.</p>;
  }
}

function RunningFor({ since, timeoutMs }: { since: string; timeoutMs: number }) {
  const ms = Math.max(0, useNow() - Date.parse(since));
  return (
    <>
      Running for {ms < 60_000 ? `${Math.floor(ms / 1000)} s` : formatDuration(ms)}; it may take {formatDuration(timeoutMs)}.
    </>
  );
}

function emptyLogText(job: Job, state: LogState): string {
  if (state === 'connecting') return 'Loading the log';
  if (isFinal(job.state)) return job.startedAt === null ? 'It never ran.' : 'It wrote nothing.';
  return job.state === 'executing'
    ? 'Nothing yet. New lines appear here as they are written.'
    : 'What it writes appears here once it runs.';
}
