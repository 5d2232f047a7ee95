/** One schedule: when it runs next, what came of the last runs, what it does; and what to do about it. */

import type { ReactNode } from 'react';
import { useState } from 'react';
import { Problem } from '../../../contract/errors.ts';
import type { Job } from '../../../contract/job.ts';
import type { Schedule } from '../../../contract/schedule.ts';
import { Link, navigate } from '../../app/navigation.tsx';
import { client } from '../../data/client.ts';
import { isJobEvent, useLiveJob } from '../../data/live.ts';
import { useReloadOn } from '../../data/reload-on.ts';
import { useResource } from '../../data/resource.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { formatDuration } from '../../ui/format.ts';
import { JsonView } from '../../ui/json-view.tsx';
import { describeError, ErrorNotice, Notice } from '../../ui/notice.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Ago } from '../../ui/time.tsx';
import { showToast } from '../../ui/toast.tsx';
import { NextRuns } from './next-runs.tsx';
import styles from './schedule-panel.module.css';
import { missedWords, overlapWords, scheduleTitle, skipWords, timingWords, zoneTime } from './schedule-words.ts';

type SchedulePanelProps = { schedule: Schedule; onEdit(): void; onClose(): void };

const shownJobs = 20;

/** Give it `key={schedule.id}`. */
export function SchedulePanel({ schedule, onEdit, onClose }: SchedulePanelProps) {
  const { id, paused, cron, timeZone, nextRuns, lastSkipped, payload } = schedule;
  const title = scheduleTitle(schedule);
  const [busy, setBusy] = useState<'pause' | 'run' | 'delete' | null>(null);
  const [deleting, setDeleting] = useState(false);

  const perform = async (what: 'pause' | 'run' | 'delete', act: () => Promise<void>) => {
    setBusy(what);
    try {
      await act();
    } catch (thrown) {
      const { title: failed, text } = describeError(thrown as Error);
      const blocker = thrown instanceof Problem ? thrown.extras.jobId : undefined;
      const show = blocker === undefined ? {} : { action: { label: 'Open the job', run: () => navigate(`/jobs?job=${blocker}`) } };
      showToast({ tone: 'error', title: thrown instanceof Problem ? 'Not now' : failed, text, ...show });
    } finally {
      setBusy(null);
      setDeleting(false);
    }
  };
  const togglePause = () =>
    perform('pause', async () => {
      await client.call('patchSchedule', { params: { id }, body: { paused: !paused } });
    });
  const runNow = () =>
    perform('run', async () => {
      const job = await client.call('runSchedule', { params: { id } });
      showToast({
        tone: 'done',
        title: `Made a job of ${title}`,
        action: { label: 'Open the job', run: () => navigate(`/jobs?job=${job.id}`) },
      });
    });
  const remove = () =>
    perform('delete', async () => {
      await client.call('deleteSchedule', { params: { id } });
      showToast({ tone: 'done', title: `Deleted ${title}` });
      onClose();
    });

  return (
    <article className={styles.panel} aria-label={`Schedule ${title}`}>
      <header className={styles.header}>
        <div className={styles.bar}>
          <h2 className={styles.title}>{title}</h2>
          {paused && <span className={styles.paused}>paused</span>}
          <IconButton icon="close" label="Close" shortcut="Esc" onClick={onClose} />
        </div>
        <p className={styles.timing}>
          <span className={styles.words}>{timingWords(schedule)}</span>
          {cron !== null && <code>{cron}</code>}
          {cron !== null && <span className={styles.faint}>{timeZone}</span>}
        </p>
        <div className={styles.actions} role="toolbar" aria-label="Actions">
          <Button icon="play" busy={busy === 'run'} onClick={runNow}>
            Run now
          </Button>
          <Button icon={paused ? 'play' : 'pause'} busy={busy === 'pause'} onClick={togglePause}>
            {paused ? 'Resume' : 'Pause'}
          </Button>
          <Button onClick={onEdit}>Edit</Button>
          <Button icon="trash" tone="danger" onClick={() => setDeleting(true)}>
            Delete
          </Button>
        </div>
      </header>
      <div className={styles.body}>
        {lastSkipped && <Skipped schedule={schedule} skipped={lastSkipped} />}
        <Part title={paused ? 'Next runs, if it were resumed now' : 'Next runs'}>
          {nextRuns.length === 0 ? (
            <p className={styles.faint}>There are no more: its pattern is over.</p>
          ) : (
            <NextRuns runs={nextRuns} timeZone={timeZone} />
          )}
        </Part>
        <Part title="Its jobs">
          <ScheduleJobs id={id} />
        </Part>
        <Part title="Details">
          <dl className={styles.facts}>
            <Fact name="Task">
              <Link to={`/jobs?task=${encodeURIComponent(schedule.task)}`}>{schedule.task}</Link>
            </Fact>
            <Fact name="Queue">
              <Link to={`/jobs?queue=${encodeURIComponent(schedule.queue)}`}>{schedule.queue}</Link>
            </Fact>
            <Fact name="Overlap">{overlapWords[schedule.overlap].what}</Fact>
            <Fact name="Missed">{missedWords[schedule.missed].what}</Fact>
            {schedule.priority !== 0 && <Fact name="Priority">{schedule.priority}</Fact>}
            {schedule.timeoutMs !== null && <Fact name="Timeout">{formatDuration(schedule.timeoutMs)}</Fact>}
            {schedule.retry?.maxAttempts !== undefined && <Fact name="Attempts">{schedule.retry.maxAttempts}</Fact>}
            {schedule.tags.length > 0 && <Fact name="Tags">{schedule.tags.join(', ')}</Fact>}
            <Fact name="Made">
              <Ago at={schedule.createdAt} />
            </Fact>
          </dl>
        </Part>
        <Part title="Payload">
          <JsonView value={payload} name="payload" />
        </Part>
      </div>
      <Confirm
        open={deleting}
        title={`Delete ${title}?`}
        verb="Delete schedule"
        busy={busy === 'delete'}
        onConfirm={remove}
        onClose={() => setDeleting(false)}
      >
        It makes no more jobs. Those that it made stay, and those that run or wait go on. To stop it for a while, pause it instead.
      </Confirm>
    </article>
  );
}

function Skipped({ schedule, skipped }: { schedule: Schedule; skipped: NonNullable<Schedule['lastSkipped']> }) {
  // A run since then says that it is well again.
  if (schedule.lastRun && schedule.lastRun.at > skipped.at) return null;
  return (
    <div className={styles.skipped}>
      <Notice tone="warning" title={`The slot of ${zoneTime(skipped.slotAt, schedule.timeZone)} made no job: ${skipWords[skipped.reason]}`}>
        {skipped.detail}
      </Notice>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.part} aria-label={title}>
      <h3 className={styles.partTitle}>{title}</h3>
      {children}
    </section>
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

function ScheduleJobs({ id }: { id: string }) {
  const { data, error, reload } = useResource(`schedule ${id} jobs`, (signal) =>
    client.call('listScheduleJobs', { params: { id }, query: { limit: shownJobs }, signal }),
  );
  useReloadOn(reload, (event) => isJobEvent(event) && event.job.scheduleId === id && event.type !== 'job.progress');
  if (error && !data) return <ErrorNotice error={error} retry={reload} />;
  if (!data) return <p className={styles.faint}>Loading its jobs</p>;
  if (data.jobs.length === 0) return <p className={styles.faint}>It has made no job yet.</p>;
  return (
    <>
      <ul className={styles.jobs}>
        {data.jobs.map((job) => (
          <ScheduleJob key={job.id} job={job} />
        ))}
      </ul>
      {data.next !== null && <p className={styles.faint}>Of its jobs the newest {shownJobs} are shown.</p>}
    </>
  );
}

function ScheduleJob({ job }: { job: Job }) {
  const { state, startedAt, finishedAt, error } = { ...job, ...useLiveJob(job.id) };
  return (
    <li>
      <Link to={`/jobs?job=${job.id}`} className={styles.job ?? ''}>
        <StateMark state={state} withLabel />
        <span className={styles.jobText}>{state === 'completed' ? '' : (error?.message ?? '')}</span>
        <span className={styles.faint}>
          {job.slotAt === null ? 'by hand · ' : ''}
          {startedAt && finishedAt ? `${formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))} · ` : ''}
          <Ago at={job.createdAt} />
        </span>
      </Link>
    </li>
  );
}
