/** Jobs that failed for good: why, first; and what to do about it. */

import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { KeyboardEvent, ReactNode } from 'react';
import { useEffect, useState } from 'react';
import type { Operation } from '../../../contract/resources.ts';
import { navigate, useLocation, withQuery } from '../../app/navigation.tsx';
import { client } from '../../data/client.ts';
import { useResource } from '../../data/resource.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { formatCount } from '../../ui/format.ts';
import { describeError, ErrorNotice, Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { useSelection } from '../../ui/selection.ts';
import { SplitPanel } from '../../ui/split-panel.tsx';
import { showToast } from '../../ui/toast.tsx';
import { VirtualList } from '../../ui/virtual-list.tsx';
import type { BulkAction } from './bulk-action.ts';
import { jobsText, mostAtOnce, resultOf, runBulk } from './bulk-action.ts';
import styles from './dead-letters-page.module.css';
import { DeadHeader, DeadRow } from './dead-row.tsx';
import { useDeadList } from './use-dead-list.ts';

type DeadLettersPageProps = {
  /** What is shown of a job beside the list. */
  renderJob(id: string, onClose: () => void): ReactNode;
};

const typingMs = 200;
/** Rows before the end at which the next page is asked for. */
const ahead = 60;

export function DeadLettersPage({ renderJob }: DeadLettersPageProps) {
  const location = useLocation();
  const shownId = location.query.get('job');
  const task = location.query.get('task');
  const asked = location.query.get('q') ?? '';
  const [search, setSearch] = useState(asked);
  const [q] = useDebouncedValue(search.trim(), typingMs);
  const { list, error, reload, readMore, readUpTo } = useDeadList({ q, task });
  const selection = useSelection();
  const [active, setActive] = useState<string | null>(shownId);
  const [discarding, setDiscarding] = useState<string[] | null>(null);
  const [running, setRunning] = useState<{ action: BulkAction; operation: Operation | null } | null>(null);
  const jobs = list?.jobs ?? [];
  const filtered = q !== '' || task !== null;

  // The address follows what is typed, so that going back to this page finds it again.
  useEffect(() => {
    if (q !== asked) navigate(withQuery(location, { q }), { replace: true });
  }, [q, asked, location]);

  // A job that is dead no more can't be acted on as one.
  const { remove } = selection;
  const ids = selection.ids;
  useEffect(() => {
    if (!list) return;
    const here = new Set(list.jobs.map(({ id }) => id));
    remove([...ids].filter((id) => !here.has(id)));
  }, [list, ids, remove]);

  const open = (id: string | null) => navigate(withQuery(location, { job: id }), { replace: shownId !== null && id !== null });
  const clearFilter = () => {
    setSearch('');
    navigate(withQuery(location, { q: null, task: null }), { replace: true });
  };

  const run = async (action: BulkAction, chosen: string[]) => {
    setDiscarding(null);
    setRunning({ action, operation: null });
    try {
      const operation = await runBulk(action, chosen, (progress) => setRunning({ action, operation: progress }));
      showToast(resultOf(action, operation));
      remove(chosen);
    } catch (thrown) {
      const { title, text } = describeError(thrown as Error);
      showToast({ tone: 'error', title, text });
    } finally {
      setRunning(null);
    }
  };

  const chosen = [...ids];
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || running) return;
    const target = chosen.length > 0 ? chosen : active === null ? [] : [active];
    if (target.length === 0) return;
    if (event.key === 'r') void run('redrive', target);
    else if (event.key === 'Delete' || event.key === 'Backspace') setDiscarding(target);
    else return;
    event.preventDefault();
  };

  const activeIndex = active === null ? -1 : jobs.findIndex(({ id }) => id === active);
  const all = chosen.length > 0 && chosen.length === Math.min(list?.total ?? 0, mostAtOnce);
  const toggleAll = () => (all ? selection.clear() : void readUpTo(mostAtOnce).then((read) => selection.selectAll(read)));

  return (
    <Page
      title="Dead letters"
      layout="fill"
      aside={list && list.total > 0 && `${formatCount(list.total)}${filtered ? ' found' : ''}`}
      actions={
        chosen.length > 0 || running ? (
          <>
            <span className={styles.chosen} role="status">
              {running ? progressText(running.action, running.operation) : `${formatCount(chosen.length)} chosen`}
            </span>
            <Button
              icon="retry"
              tone="primary"
              busy={running?.action === 'redrive'}
              disabled={running !== null}
              shortcut="R"
              onClick={() => void run('redrive', chosen)}
            >
              Redrive {jobsText(chosen.length)}
            </Button>
            <Button
              icon="trash"
              tone="danger"
              busy={running?.action === 'discard'}
              disabled={running !== null}
              onClick={() => setDiscarding(chosen)}
            >
              Discard {jobsText(chosen.length)}
            </Button>
            <Button tone="quiet" onClick={selection.clear} disabled={running !== null}>
              Choose none
            </Button>
          </>
        ) : (
          <Filters
            search={search}
            onSearch={setSearch}
            task={task}
            onTask={(next) => navigate(withQuery(location, { task: next }), { replace: true })}
          />
        )
      }
    >
      <SplitPanel label="Job" panel={shownId === null ? null : renderJob(shownId, () => open(null))} onClose={() => open(null)}>
        {error && (
          <div className={styles.error}>
            <ErrorNotice error={error} retry={reload} />
          </div>
        )}
        {list === undefined ? (
          !error && <p className={styles.loading}>Loading the dead jobs</p>
        ) : jobs.length === 0 && list.total === 0 ? (
          <EmptyList filtered={filtered} onClear={clearFilter} />
        ) : (
          <VirtualList
            label="Dead jobs"
            count={jobs.length}
            header={<DeadHeader all={all} some={chosen.length > 0} onToggleAll={toggleAll} />}
            renderRow={(index) => {
              const job = jobs[index];
              return job && <DeadRow job={job} selected={ids.has(job.id)} onToggle={() => selection.select(jobs, index, 'toggle')} />;
            }}
            keyOf={(index) => jobs[index]?.id ?? String(index)}
            active={activeIndex}
            onActive={(index) => {
              const id = jobs[index]?.id ?? null;
              setActive(id);
              // With the panel open, moving through the list moves through the jobs.
              if (shownId !== null && id !== null) open(id);
            }}
            onOpen={(index) => open(jobs[index]?.id ?? null)}
            isSelected={(index) => ids.has(jobs[index]?.id ?? '')}
            onSelect={(index, how) => selection.select(jobs, index, how)}
            onSelectAll={toggleAll}
            onKey={onKey}
            onView={({ last }) => {
              if (last > jobs.length - ahead) readMore();
            }}
          />
        )}
      </SplitPanel>
      <Confirm
        open={discarding !== null}
        title={`Discard ${jobsText(discarding?.length ?? 0)}?`}
        verb={`Discard ${jobsText(discarding?.length ?? 0)}`}
        onConfirm={() => discarding && void run('discard', discarding)}
        onClose={() => setDiscarding(null)}
      >
        {discarding?.length === 1 ? 'Its payload, error, attempts and log are' : 'Their payloads, errors, attempts and logs are'} deleted
        for good. To keep the work and try it again, redrive instead.
      </Confirm>
    </Page>
  );
}

type FiltersProps = { search: string; onSearch(text: string): void; task: string | null; onTask(task: string | null): void };

function Filters({ search, onSearch, task, onTask }: FiltersProps) {
  const tasks = useResource('tasks', (signal) => client.call('listTasks', { signal }));
  const names = (tasks.data?.tasks ?? []).map(({ name }) => name);
  // A task whose file is gone still has dead jobs.
  const data = task !== null && !names.includes(task) ? [task, ...names] : names;
  return (
    <>
      <input
        type="search"
        data-search
        className={styles.search}
        placeholder="Search in errors and payloads"
        aria-label="Search dead jobs"
        value={search}
        onChange={(event) => onSearch(event.currentTarget.value)}
      />
      <Select
        aria-label="Task"
        placeholder="Every task"
        data={data}
        value={task}
        onChange={onTask}
        clearable
        className={styles.task ?? ''}
      />
    </>
  );
}

function EmptyList({ filtered, onClear }: { filtered: boolean; onClear(): void }) {
  return filtered ? (
    <Notice tone="empty" title="No dead job matches" action={<Button onClick={onClear}>Show all</Button>}>
      The search looks at errors, payloads, tags and ids.
    </Notice>
  ) : (
    <Notice tone="empty" title="Nothing is dead">
      A job comes here when its last attempt has failed, with the reason, its last output and its log, and stays for 30 days. From here it
      can be run again once the cause is fixed.
    </Notice>
  );
}

function progressText(action: BulkAction, operation: Operation | null): string {
  const verb = action === 'redrive' ? 'Redriving' : 'Discarding';
  return operation === null ? `${verb}…` : `${verb} ${formatCount(operation.done + operation.failed)} of ${formatCount(operation.matched)}`;
}
