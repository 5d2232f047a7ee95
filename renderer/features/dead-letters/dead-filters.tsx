import { Select } from '@mantine/core';
import { client } from '../../data/client.ts';
import { useResource } from '../../data/resource.ts';
import styles from './dead-letters-page.module.css';

type DeadFiltersProps = { search: string; onSearch(text: string): void; task: string | null; onTask(task: string | null): void };

export function DeadFilters({ search, onSearch, task, onTask }: DeadFiltersProps) {
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
