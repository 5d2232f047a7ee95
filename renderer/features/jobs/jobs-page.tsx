/** Every job there is, narrowed down, live, with the details of one beside the list. */

import type { KeyboardEvent, ReactNode } from 'react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Link, navigate, useLocation, withQuery } from '../../app/navigation.tsx';
import { useAbsence } from '../../data/live.ts';
import { formatCount } from '../../ui/format.ts';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { useSelection } from '../../ui/selection.ts';
import { SplitPanel } from '../../ui/split-panel.tsx';
import { showToast } from '../../ui/toast.tsx';
import type { SelectHow, VirtualListHandle } from '../../ui/virtual-list.tsx';
import { VirtualList } from '../../ui/virtual-list.tsx';
import type { Running } from './bulk-bar.tsx';
import { BulkBar, everythingWords } from './bulk-bar.tsx';
import { FilterBar } from './filter-bar.tsx';
import type { JobFilter } from './job-filter.ts';
import { filterNames, filterOf, isFiltered } from './job-filter.ts';
import type { JobListState } from './job-list.ts';
import { JobListHeader, JobRow } from './job-row.tsx';
import { countOf, hasLeft, placeOf } from './job-window.ts';
import styles from './jobs-page.module.css';
import { useJobList } from './use-job-list.ts';

type JobsPageProps = { renderJob: (id: string, onClose: () => void) => ReactNode };

export function JobsPage({ renderJob }: JobsPageProps) {
  const location = useLocation();
  const filterKey = filterNames.map((name) => `${name}=${location.query.getAll(name).join('\n')}`).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key holds all of the query that the filter is made of
  const filter = useMemo(() => filterOf(location.query), [filterKey]);
  const openId = location.query.get('job');
  const close = () => navigate(withQuery(location, { job: null }), { replace: true });
  return <Jobs filter={filter} openId={openId} panel={openId === null ? null : renderJob(openId, close)} onClosePanel={close} />;
}

function matching(state: JobListState): string {
  return `${state.exact ? '' : 'at least '}${formatCount(countOf(state))}`;
}

function countWords(state: JobListState, filter: JobFilter): string {
  if (state.status === 'loading' && state.rows.length === 0) return '';
  if (!state.exact && countOf(state) === 0) return 'looking…';
  return `${matching(state)}${isFiltered(filter) ? ' found' : ''}`;
}

async function copyIds(ids: readonly string[]): Promise<void> {
  const text = ids.join('\n');
  const title = ids.length === 1 ? 'Copied the id' : `Copied ${formatCount(ids.length)} ids`;
  try {
    await navigator.clipboard.writeText(text);
    showToast(ids.length === 1 ? { tone: 'done', title, text } : { tone: 'done', title });
  } catch {
    showToast({ tone: 'error', title: 'The clipboard cannot be reached', text: text.slice(0, 200) });
  }
}

/** `rows`: those that are chosen. `more`: also such as are not loaded. `everything`: all that the filter matches. */
type Meant = 'rows' | 'more' | 'everything';

type JobsProps = { filter: JobFilter; openId: string | null; panel: ReactNode | null; onClosePanel: () => void };

function Jobs({ filter, openId, panel, onClosePanel }: JobsProps) {
  const location = useLocation();
  const { list, state } = useJobList(filter);
  const { rows, above, total, leaving, fresh } = state;
  const selection = useSelection();
  const { ids, anchor, remove } = selection;
  const grid = useRef<VirtualListHandle>(null);
  const [shownFilter, setShownFilter] = useState(filter);
  const [meant, setMeant] = useState<Meant>('rows');
  const [running, setRunning] = useState<Running | null>(null);
  const everything = meant === 'everything';
  const isChosen = everything || ids.size > 0;
  const clear = () => {
    setMeant('rows');
    selection.clear();
  };
  // What is out of sight must not be acted on: another list starts with nothing chosen.
  if (shownFilter !== filter) {
    setShownFilter(filter);
    clear();
  }
  const [active, setActive] = useState<{ id: string | undefined; index: number }>({ id: openId ?? undefined, index: -1 });

  // The details were opened by a link, or by going back.
  const [shownOpen, setShownOpen] = useState(openId);
  if (shownOpen !== openId) {
    setShownOpen(openId);
    if (openId !== null && openId !== active.id) setActive({ id: openId, index: -1 });
  }

  const activePlace = active.id === undefined ? -1 : placeOf(rows, active.id);
  const activeIndex = activePlace >= 0 ? activePlace + above : Math.min(active.index, total - 1);
  const show = (index: number) => {
    const id = rows[index - above]?.id;
    if (id !== undefined) navigate(withQuery(location, { job: id, focus: null }), { replace: openId !== null });
  };
  const activate = (index: number) => {
    setActive({ id: rows[index - above]?.id, index });
    // With the details open they follow, as in a mail program.
    if (openId !== null) show(index);
  };

  const onKey = (event: KeyboardEvent) => {
    const id = rows[activeIndex - above]?.id;
    if (event.key === 'y' && (id !== undefined || ids.size > 0)) {
      event.preventDefault();
      void copyIds(ids.size > 0 ? [...ids] : id === undefined ? [] : [id]);
    } else if (event.key === 'Escape' && isChosen) {
      event.preventDefault();
      clear();
    }
  };

  const held = openId !== null || isChosen;
  useEffect(() => list.hold(held), [list, held]);

  const closePanel = () => {
    onClosePanel();
    grid.current?.focus();
  };
  const showFresh = () => {
    list.showFresh();
    grid.current?.scrollToTop();
  };

  const chosen = useMemo(() => new Map([...ids].map((id) => [id, rows[placeOf(rows, id)]?.state])), [ids, rows]);
  useEffect(() => {
    // What is acted on leaves because of it, and the bar has yet to say what came of it.
    if (running) return;
    const unseen = [...chosen].flatMap(([id, at]) => (at === undefined ? [id] : []));
    remove(unseen.concat(anchor ?? []).filter((id) => hasLeft(state, id)));
  }, [chosen, anchor, state, running, remove]);

  const allSelected = rows.length > 0 && (everything || (ids.size >= rows.length && rows.every(({ id }) => ids.has(id))));
  const selectAll = () => {
    if (allSelected) clear();
    else {
      setMeant('more');
      selection.selectAll(rows);
    }
  };
  const select = (index: number, how: SelectHow) => {
    const isWhole = selection.select(rows, index - above, how);
    // Whoever takes a row out means no longer everything.
    setMeant(isWhole ? 'rows' : 'more');
    if (isWhole) return;
    showToast({ tone: 'done', title: `The rows between are not loaded; “${everythingWords(matching(state))}” chooses everything` });
  };

  return (
    <Page title="Jobs" aside={countWords(state, filter)} layout="fill">
      <SplitPanel label="Job" panel={panel} onClose={closePanel}>
        <FilterBar filter={filter} />
        {state.error && rows.length > 0 && (
          <div className={styles.strip}>
            <ErrorNotice error={state.error} retry={() => list.retry()} />
          </div>
        )}
        {/* biome-ignore lint/a11y/noStaticElementInteractions: only carries the clicks of the rows' copy buttons */}
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the key y does the same */}
        <div
          className={styles.list}
          onClick={(event) => {
            const id = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-copy]')?.dataset.copy : undefined;
            if (id !== undefined) void copyIds([id]);
          }}
        >
          {total === 0 ? (
            <NoRows state={state} filter={filter} retry={() => list.reload()} />
          ) : (
            <VirtualList
              key={JSON.stringify(filter)}
              ref={grid}
              label="Jobs"
              count={total}
              header={<JobListHeader allSelected={allSelected} onSelectAll={selectAll} />}
              renderRow={(index) => {
                const job = rows[index - above];
                return (
                  <JobRow
                    job={job}
                    selected={job !== undefined && (everything || ids.has(job.id))}
                    leaving={job !== undefined && leaving.has(job.id)}
                  />
                );
              }}
              keyOf={(index) => rows[index - above]?.id ?? `${index}`}
              active={activeIndex}
              onActive={activate}
              onOpen={show}
              isSelected={(index) => everything || ids.has(rows[index - above]?.id ?? '')}
              onSelect={select}
              onSelectAll={selectAll}
              onKey={onKey}
              onView={(view) => list.look(view)}
            />
          )}
          {fresh.length > 0 && (
            <button type="button" className={styles.fresh} onClick={showFresh}>
              ↑ {fresh.length >= 1000 ? 'Many' : fresh.length} new
            </button>
          )}
          {isChosen && (
            <BulkBar
              chosen={chosen}
              filter={filter}
              everything={everything}
              matching={matching(state)}
              isMore={meant === 'more' && total + state.outside > ids.size}
              running={running}
              onRunning={setRunning}
              onEverything={() => {
                setMeant('everything');
                // Its button is gone now; keys act on the list again.
                grid.current?.focus();
              }}
              onDone={remove}
              onClear={clear}
            />
          )}
        </div>
      </SplitPanel>
    </Page>
  );
}

function NoRows({ state, filter, retry }: { state: JobListState; filter: JobFilter; retry: () => void }) {
  const location = useLocation();
  const absence = useAbsence();
  if (state.error && absence) {
    return (
      <Notice tone="empty" title="The jobs cannot be read just now">
        {absence} They are safe on disk and will be shown here as soon as they can be read.
      </Notice>
    );
  }
  if (state.error) {
    return (
      <div className={styles.strip}>
        <ErrorNotice error={state.error} retry={retry} />
      </div>
    );
  }
  if (state.status === 'loading') return <Waiting>Reading the jobs</Waiting>;
  // Nothing among the newest; the list goes on by itself into what is older.
  if (!state.exact) return <Waiting>Looking through older jobs</Waiting>;
  if (isFiltered(filter)) {
    return (
      <Notice
        tone="empty"
        title="No job is like that"
        action={<Link to={withQuery(location, Object.fromEntries(filterNames.map((name) => [name, null])))}>Show all jobs</Link>}
      >
        {filter.q === ''
          ? 'New ones appear here as soon as they fit the filter.'
          : `Nothing has “${filter.q}” in its payload, error, tags or id.`}
      </Notice>
    );
  }
  return (
    <Notice tone="empty" title="No jobs yet" action={<Link to="/submit">Submit the first one</Link>}>
      Jobs appear here the moment they are accepted, whether from this window, the command line or a program.
    </Notice>
  );
}

/** Appears only when the answer takes its time: a flicker would be worse than nothing. */
function Waiting({ children }: { children: string }) {
  return (
    <div className={styles.waiting} role="status">
      <span className="only-read">{children}</span>
      {Array.from({ length: 12 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: twelve lines that are all alike
        <div key={index} className={styles.bone} style={{ width: `${88 - ((index * 37) % 40)}%` }} />
      ))}
    </div>
  );
}
