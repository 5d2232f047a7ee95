/** Every task: how long it takes, how often it fails, and how it is best called. Beside the list, why. */

import type { Task } from '../../../contract/resources.ts';
import { LoadExamplesButton } from '../../app/load-examples-button.tsx';
import { Link, navigate, useLocation, withQuery } from '../../app/navigation.tsx';
import { client } from '../../data/client.ts';
import { isJobEvent } from '../../data/live.ts';
import { useReloadOn } from '../../data/reload-on.ts';
import { useResource } from '../../data/resource.ts';
import { formatCount, formatDuration, formatPercent } from '../../ui/format.ts';
import { Icon } from '../../ui/icon.tsx';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { SplitPanel } from '../../ui/split-panel.tsx';
import { modeWords } from './advice-words.ts';
import { TaskPanel } from './task-panel.tsx';
import styles from './tasks-page.module.css';

export function TasksPage() {
  const location = useLocation();
  const shown = location.query.get('task');
  const { data, error, reload } = useResource('tasks', (signal) => client.call('listTasks', { signal }));
  useReloadOn(reload, (event) => event.type === 'tasks.changed' || (isJobEvent(event) && event.type === 'job.completed'), 2_000);
  const tasks = data?.tasks ?? [];
  const task = tasks.find(({ name }) => name === shown);
  const close = () => navigate(withQuery(location, { task: null }));
  const warned = tasks.filter(({ advice }) => advice.warnings.length > 0).length;

  return (
    <Page
      title="Tasks"
      layout="fill"
      aside={data && (warned > 0 ? `${warned} of ${tasks.length} could be called better` : `${tasks.length}`)}
      actions={<LoadExamplesButton />}
    >
      <SplitPanel label="Task" onClose={close} panel={shown === null || !data ? null : <Panel task={task} name={shown} onClose={close} />}>
        {error && (
          <div className={styles.message}>
            <ErrorNotice error={error} retry={reload} />
          </div>
        )}
        {!data && !error && <p className={styles.message}>Loading the tasks</p>}
        {data && tasks.length === 0 && (
          <Notice tone="empty" title="There is no task">
            The engine knows no task at all.
          </Notice>
        )}
        {tasks.length > 0 && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1)
          <section className={styles.scroll} aria-label="Every task" tabIndex={0}>
            <table className={styles.tasks}>
              <thead>
                <tr>
                  <th scope="col">Task</th>
                  <th scope="col">Best called</th>
                  <th scope="col" title="Runs that succeeded: the times are of these. Older ones weigh less.">
                    Timed runs
                  </th>
                  <th scope="col">Half within</th>
                  <th scope="col">95 % within</th>
                  <th scope="col">Fails</th>
                </tr>
              </thead>
              <tbody>
                {tasks.map((each) => (
                  <TaskRow key={each.name} task={each} shown={each.name === shown} to={withQuery(location, { task: each.name })} />
                ))}
              </tbody>
            </table>
          </section>
        )}
      </SplitPanel>
    </Page>
  );
}

function TaskRow({ task, shown, to }: { task: Task; shown: boolean; to: string }) {
  const { name, stats, advice, error } = task;
  const duration = (ms: number | null) => (ms === null ? <span className={styles.nothing}>–</span> : formatDuration(ms));
  return (
    <tr data-shown={shown || undefined}>
      <th scope="row">
        <Link to={to} aria-current={shown || undefined}>
          {name}
        </Link>
        {error !== null && <span className={styles.broken}>does not load</span>}
      </th>
      <td className={styles.mode}>
        {stats.samples === 0 ? <span className={styles.nothing}>not measured yet</span> : modeWords[advice.mode].short}
        {advice.warnings.length > 0 && (
          <span className={styles.warned} title={advice.warnings.map(({ message }) => message).join('\n')}>
            <Icon name="warning" size={13} />
            <span className="only-read">{advice.warnings.length} warnings</span>
          </span>
        )}
      </td>
      <td>{stats.samples === 0 ? <span className={styles.nothing}>0</span> : formatCount(stats.samples)}</td>
      <td>{duration(stats.p50Ms)}</td>
      <td>{duration(stats.p95Ms)}</td>
      <td data-alarming={(stats.failureRate ?? 0) > 0.05 || undefined}>
        {stats.failureRate === null ? <span className={styles.nothing}>–</span> : formatPercent(stats.failureRate)}
      </td>
    </tr>
  );
}

function Panel({ task, name, onClose }: { task: Task | undefined; name: string; onClose(): void }) {
  if (task) return <TaskPanel task={task} onClose={onClose} />;
  return (
    <div className={styles.message}>
      <Notice tone="empty" title={`There is no task “${name}”`}>
        Its file may have been renamed or removed.
      </Notice>
    </div>
  );
}
