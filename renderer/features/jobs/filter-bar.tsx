/** Search and filters of the list; all of it stands in the address, so that a list can be kept, sent and gone back to. */

import { useEffect, useRef, useState } from 'react';
import { modes } from '../../../contract/job.ts';
import { limits } from '../../../contract/limits.ts';
import { jobStates, stateWords } from '../../../contract/states.ts';
import { navigate, useLocation, withQuery } from '../../app/navigation.tsx';
import { client } from '../../data/client.ts';
import { useCounts } from '../../data/counts.ts';
import { useResource } from '../../data/resource.ts';
import { Button } from '../../ui/button.tsx';
import { formatShort } from '../../ui/format.ts';
import { Icon } from '../../ui/icon.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { CreatedFilter } from './created-filter.tsx';
import styles from './filter-bar.module.css';
import { FilterMenu } from './filter-menu.tsx';
import type { JobFilter } from './job-filter.ts';
import { filterNames, isFiltered } from './job-filter.ts';

const debounceMs = 220;

function SearchField({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const { query } = useLocation();
  const [text, setText] = useState(value);
  const [asked, setAsked] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  // The address was changed from outside: a link, the back button, "clear".
  if (value !== asked) {
    setAsked(value);
    setText(value);
  }
  const wanted = text.trim();
  useEffect(() => {
    if (wanted === asked) return;
    const timer = setTimeout(() => {
      setAsked(wanted);
      onChange(wanted);
    }, debounceMs);
    return () => clearTimeout(timer);
  }, [wanted, asked, onChange]);
  const toBeFocused = query.get('focus') === 'search';
  useEffect(() => {
    if (toBeFocused) input.current?.focus();
  }, [toBeFocused]);
  return (
    <label className={styles.search}>
      <Icon name="search" size={14} />
      <input
        ref={input}
        type="search"
        data-search
        aria-label="Search payload, error, tags and id"
        placeholder="Search payload, error, tags, id"
        maxLength={limits.searchLength}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          if (text === '') event.currentTarget.blur();
          setText('');
        }}
      />
    </label>
  );
}

export function FilterBar({ filter }: { filter: JobFilter }) {
  const location = useLocation();
  const counts = useCounts().data;
  const tasks = useResource('tasks', (signal) => client.call('listTasks', { signal })).data?.tasks ?? [];
  const queues = useResource('queues', (signal) => client.call('listQueues', { signal })).data?.queues ?? [];
  const change = (name: (typeof filterNames)[number], value: string | string[]) =>
    navigate(withQuery(location, { [name]: value, focus: null }), { replace: true });
  const searched = useRef(change);
  useEffect(() => {
    searched.current = change;
  });
  const [onSearch] = useState(() => (text: string) => searched.current('q', text));
  const names = (known: string[], chosen: string[]) => [...new Set([...known, ...chosen])].map((value) => ({ value, label: value }));

  return (
    <search className={styles.bar} aria-label="Filter jobs">
      <SearchField value={filter.q} onChange={onSearch} />
      <FilterMenu
        title="State"
        word={(value) => stateWords[value as keyof typeof stateWords] ?? value}
        choices={jobStates.map((state) => ({
          value: state,
          label: <StateMark state={state} withLabel />,
          ...(counts ? { count: formatShort(counts[state]) } : {}),
        }))}
        chosen={filter.state}
        onChange={(chosen) => change('state', chosen)}
      />
      <FilterMenu
        title="Task"
        choices={names(
          tasks.map(({ name }) => name),
          filter.task,
        )}
        chosen={filter.task}
        onChange={(chosen) => change('task', chosen)}
      />
      <FilterMenu
        title="Queue"
        choices={names(
          queues.map(({ name }) => name),
          filter.queue,
        )}
        chosen={filter.queue}
        onChange={(chosen) => change('queue', chosen)}
      />
      <FilterMenu
        title="Mode"
        choices={modes.map((mode) => ({ value: mode, label: mode }))}
        chosen={filter.mode}
        onChange={(chosen) => change('mode', chosen)}
      />
      <CreatedFilter filter={filter} />
      {isFiltered(filter) && (
        <Button
          tone="quiet"
          onClick={() =>
            navigate(withQuery(location, Object.fromEntries([...filterNames, 'focus'].map((name) => [name, null]))), { replace: true })
          }
        >
          Clear
        </Button>
      )}
    </search>
  );
}
