import type { ReactNode } from 'react';
import type { Task } from '../../../contract/resources.ts';
import { Link } from '../../app/navigation.tsx';
import { IconButton } from '../../ui/button.tsx';
import { formatCount, formatPercent } from '../../ui/format.ts';
import { Notice } from '../../ui/notice.tsx';
import { AdviceMatrix } from './advice-matrix.tsx';
import { modeWords } from './advice-words.ts';
import { RunTimesChart } from './run-times-chart.tsx';
import styles from './task-panel.module.css';

/** How a task is best called, and why: the advice first, then what is wrong with how it is called, then the evidence. */
export function TaskPanel({ task, onClose }: { task: Task; onClose: () => void }) {
  const { name, title, description, advice, stats, usage, runTimes, error } = task;
  const calls = [
    [usage.sync, 'sync'],
    [usage.async, 'async'],
    [usage.hybrid, 'hybrid'],
    [usage.auto, 'without a mode'],
  ] as const;
  const called = calls.filter(([count]) => count > 0).map(([count, mode]) => `${formatCount(count)} ${mode}`);
  return (
    <article className={styles.panel} aria-label={`Task ${name}`}>
      <header className={styles.header}>
        <div className={styles.title}>
          <h2 className={styles.name}>{name}</h2>
          <Link to={`/submit?task=${encodeURIComponent(name)}`} className={styles.link ?? ''}>
            Submit
          </Link>
          <Link to={`/jobs?task=${encodeURIComponent(name)}`} className={styles.link ?? ''}>
            Its jobs
          </Link>
          <IconButton icon="close" label="Close" shortcut="Esc" onClick={onClose} />
        </div>
        <p className={styles.about}>{description || title}</p>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1) */}
      <section className={styles.body} aria-label={`Advice for ${name}`} tabIndex={0}>
        {error !== null && (
          <Notice tone="error" title="It does not load">
            {error}
          </Notice>
        )}
        <div className={styles.advice}>
          <p className={styles.mode}>
            {modeWords[advice.mode].what}
            <span className={styles.sure}>
              {stats.samples === 0
                ? 'nothing measured yet'
                : `${formatPercent(advice.confidence)} sure, from ${formatCount(stats.samples)} ${stats.samples === 1 ? 'run' : 'runs'}`}
            </span>
          </p>
          {advice.reasons.map((reason) => (
            <p key={reason}>{reason}</p>
          ))}
        </div>
        {advice.warnings.length > 0 && (
          <div className={styles.warnings}>
            {advice.warnings.map(({ code, message }) => (
              <Notice key={code} tone="warning" title={warningTitles[code]}>
                {message}
              </Notice>
            ))}
          </div>
        )}
        <Part title="How long it takes">
          <RunTimesChart bars={runTimes} stats={stats} />
        </Part>
        <Part title="The modes compared">
          <AdviceMatrix rows={advice.matrix} mode={advice.mode} />
        </Part>
        <Part title="What would change the advice">
          <ul className={styles.changes}>
            {advice.wouldChange.map((change) => (
              <li key={change}>{change}</li>
            ))}
          </ul>
        </Part>
        <Part title="How it was called in the last seven days">
          <p>{called.length === 0 ? 'Not at all.' : `${called.join(', ')}.`}</p>
          {usage.polls > 0 && (
            <p>
              {formatCount(usage.polls)} polls, {formatCount(usage.wastedPolls)} of them sooner than was suggested.
            </p>
          )}
          {usage.waits > 0 && <p>{formatCount(usage.waits)} times a caller waited for the end of an async job.</p>}
        </Part>
      </section>
    </article>
  );
}

const warningTitles = {
  'sync-for-everything': 'Slow, and called with sync',
  'async-for-everything': 'Fast, and yet queued and polled',
  'no-retry': 'It fails, and is not tried again',
  'polling-too-often': 'Polled too often',
  'blocking-on-async': 'Queued, and then waited for',
  'long-waits': 'Callers are held too long',
} as const;

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.part} aria-label={title}>
      <h3 className={styles.partTitle}>{title}</h3>
      {children}
    </section>
  );
}
