/** Jobs that failed for good: why, first; and what to do about it. One by one, or by what they died of. */

import type { KeyboardEvent, ReactNode } from 'react';
import { useEffect, useState } from 'react';
import { currentLocation, Link, navigate, useLocation, withQuery } from '../../app/navigation.tsx';
import { client } from '../../data/client.ts';
import { operationBegan } from '../../data/operations.ts';
import { Button } from '../../ui/button.tsx';
import { Choice } from '../../ui/choice.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { formatCount } from '../../ui/format.ts';
import { ItemList } from '../../ui/item-list.tsx';
import { describeError, ErrorNotice, Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { useSelection } from '../../ui/selection.ts';
import { SplitPanel } from '../../ui/split-panel.tsx';
import { showToast } from '../../ui/toast.tsx';
import { DeadFilters } from './dead-filters.tsx';
import { DeadGroupList } from './dead-groups.tsx';
import styles from './dead-letters-page.module.css';
import { DeadHeader, DeadRow } from './dead-row.tsx';
import type { DeadTarget } from './dead-target.ts';
import { jobsText, mostAtOnce, targetOfIds, targetOfList } from './dead-target.ts';
import { NothingDead } from './nothing-dead.tsx';
import { RedriveDialog } from './redrive-dialog.tsx';
import { useDeadList } from './use-dead-list.ts';

type DeadLettersPageProps = {
  /** What is shown of a job beside the list. */
  renderJob(id: string, onClose: () => void): ReactNode;
};

const typingMs = 200;

export function DeadLettersPage({ renderJob }: DeadLettersPageProps) {
  const location = useLocation();
  const byCause = location.query.get('view') === 'causes' && location.query.get('fingerprint') === null;
  const [redriving, setRedriving] = useState<DeadTarget | null>(null);
  const [discarding, setDiscarding] = useState<DeadTarget | null>(null);
  const [busy, setBusy] = useState<'redrive' | 'discard' | null>(null);

  /** As they are, at full speed; answers whether it was accepted. */
  const act = async (action: 'redrive' | 'discard', { selection }: DeadTarget): Promise<void> => {
    setDiscarding(null);
    setBusy(action);
    try {
      const name = action === 'redrive' ? 'redriveDeadLetters' : 'discardDeadLetters';
      operationBegan(await client.call(name, { body: selection }));
    } catch (thrown) {
      const { title, text } = describeError(thrown as Error);
      showToast({ tone: 'error', title, text });
    } finally {
      setBusy(null);
    }
  };

  const asks = { onRedrive: setRedriving, onDiscard: setDiscarding };
  const count = discarding?.count ?? 0;
  return (
    <>
      {byCause ? (
        <Page title="Dead letters" layout="fill" actions={<ViewChoice view="causes" />}>
          <DeadGroupList {...asks} onOpen={(fingerprint) => navigate(withQuery(location, { fingerprint }))} />
        </Page>
      ) : (
        <DeadJobs renderJob={renderJob} busy={busy} redriveNow={(target) => void act('redrive', target)} {...asks} />
      )}
      <RedriveDialog target={redriving} onBegan={() => setRedriving(null)} onClose={() => setRedriving(null)} />
      <Confirm
        open={discarding !== null}
        title={`Discard ${jobsText(count)}?`}
        verb={`Discard ${jobsText(count)}`}
        onConfirm={() => discarding && void act('discard', discarding)}
        onClose={() => setDiscarding(null)}
      >
        {count === 1 ? 'Its payload, error, attempts and log are' : 'Their payloads, errors, attempts and logs are'} deleted for good. To
        keep the work and try it again, redrive instead.
      </Confirm>
    </>
  );
}

function ViewChoice({ view }: { view: 'jobs' | 'causes' }) {
  return (
    <Choice
      label="View"
      options={[
        { value: 'jobs', label: 'Jobs' },
        { value: 'causes', label: 'By cause' },
      ]}
      value={view}
      onChange={(next) => navigate(next === 'causes' ? '/dead-letters?view=causes' : '/dead-letters')}
    />
  );
}

type DeadJobsProps = DeadLettersPageProps & {
  busy: 'redrive' | 'discard' | null;
  redriveNow(target: DeadTarget): void;
  onRedrive(target: DeadTarget): void;
  onDiscard(target: DeadTarget): void;
};

function DeadJobs({ renderJob, busy, redriveNow, onRedrive, onDiscard }: DeadJobsProps) {
  const location = useLocation();
  const shownId = location.query.get('job');
  const fingerprint = location.query.get('fingerprint');
  const task = fingerprint === null ? location.query.get('task') : null;
  const q = fingerprint === null ? (location.query.get('q') ?? '') : '';
  const [search, setSearch] = useState(q);
  const wanted = search.trim();
  const [shownQ, setShownQ] = useState(q);
  // The address was changed from elsewhere: a link, the back button.
  if (shownQ !== q) {
    setShownQ(q);
    if (wanted !== q) setSearch(q);
  }
  const filter = { q, task, fingerprint };
  const { list, error, reload, readMore, readUpTo } = useDeadList(filter);
  const selection = useSelection();
  const [active, setActive] = useState<string | null>(shownId);
  const jobs = list?.jobs ?? [];
  const filtered = q !== '' || task !== null;

  // The address follows what is typed, so that going back to this page finds it again.
  useEffect(() => {
    if (wanted === shownQ) return;
    const timer = setTimeout(() => navigate(withQuery(currentLocation(), { q: wanted }), { replace: true }), typingMs);
    return () => clearTimeout(timer);
  }, [wanted, shownQ]);

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

  const chosen = [...ids];
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || busy) return;
    const target = chosen.length > 0 ? chosen : active === null ? [] : [active];
    if (target.length === 0) return;
    if (event.key === 'r') redriveNow(targetOfIds(target));
    else if (event.key === 'Delete' || event.key === 'Backspace') onDiscard(targetOfIds(target));
    else return;
    event.preventDefault();
  };

  const all = chosen.length > 0 && chosen.length === Math.min(list?.total ?? 0, mostAtOnce);
  const toggleAll = () => (all ? selection.clear() : void readUpTo(mostAtOnce).then((read) => selection.selectAll(read)));
  const everything = list && list.total > 0 ? targetOfList(filter, list.total) : null;

  const actions =
    chosen.length > 0 ? (
      <>
        <span className={styles.chosen} role="status">
          {formatCount(chosen.length)} chosen
        </span>
        <Button
          icon="retry"
          tone="primary"
          busy={busy === 'redrive'}
          disabled={busy !== null}
          shortcut="R"
          onClick={() => redriveNow(targetOfIds(chosen))}
        >
          Redrive {jobsText(chosen.length)}
        </Button>
        <Button disabled={busy !== null} onClick={() => onRedrive(targetOfIds(chosen))}>
          Redrive with…
        </Button>
        <Button
          icon="trash"
          tone="danger"
          busy={busy === 'discard'}
          disabled={busy !== null}
          onClick={() => onDiscard(targetOfIds(chosen))}
        >
          Discard {jobsText(chosen.length)}
        </Button>
        <Button tone="quiet" onClick={selection.clear} disabled={busy !== null}>
          Choose none
        </Button>
      </>
    ) : (
      <>
        {fingerprint === null && (
          <DeadFilters
            search={search}
            onSearch={setSearch}
            task={task}
            onTask={(next) => navigate(withQuery(location, { task: next }), { replace: true })}
          />
        )}
        {everything && (
          <>
            <Button
              icon="retry"
              aria-label="Redrive all…"
              className={styles.brief ?? ''}
              disabled={busy !== null}
              onClick={() => onRedrive(everything)}
            >
              Redrive all…
            </Button>
            <Button
              icon="trash"
              tone="danger"
              aria-label="Discard all…"
              className={styles.brief ?? ''}
              disabled={busy !== null}
              onClick={() => onDiscard(everything)}
            >
              Discard all…
            </Button>
          </>
        )}
        <ViewChoice view={fingerprint === null ? 'jobs' : 'causes'} />
      </>
    );

  return (
    <Page
      title="Dead letters"
      layout="fill"
      aside={list && list.total > 0 && `${formatCount(list.total)}${filtered ? ' found' : ''}`}
      actions={actions}
    >
      <SplitPanel label="Job" panel={shownId === null ? null : renderJob(shownId, () => open(null))} onClose={() => open(null)}>
        {fingerprint !== null && <CauseBar sample={jobs[0]?.error?.message} task={jobs[0]?.task} />}
        {error && (
          <div className={styles.error}>
            <ErrorNotice error={error} retry={reload} />
          </div>
        )}
        {list === undefined ? (
          !error && <p className={styles.loading}>Loading the dead jobs</p>
        ) : jobs.length === 0 && list.total === 0 ? (
          <EmptyList filtered={filtered} ofCause={fingerprint !== null} onClear={clearFilter} />
        ) : (
          <ItemList
            label="Dead jobs"
            items={jobs}
            keyOf={({ id }) => id}
            header={<DeadHeader all={all} some={chosen.length > 0} onToggleAll={toggleAll} />}
            renderRow={(job, index) => (
              <DeadRow job={job} selected={ids.has(job.id)} onToggle={() => selection.select(jobs, index, 'toggle')} />
            )}
            active={active}
            onActive={(id) => {
              setActive(id);
              // With the panel open, moving through the list moves through the jobs.
              if (shownId !== null) open(id);
            }}
            onOpen={({ id }) => open(id)}
            isSelected={({ id }) => ids.has(id)}
            onSelect={(index, how) => selection.select(jobs, index, how)}
            onSelectAll={toggleAll}
            onKey={onKey}
            readMore={readMore}
          />
        )}
      </SplitPanel>
    </Page>
  );
}

/** Of what cause these jobs are, and the way back to the others. */
function CauseBar({ sample, task }: { sample: string | undefined; task: string | undefined }) {
  return (
    <div className={styles.cause}>
      <Link to="/dead-letters?view=causes">← All causes</Link>
      {sample !== undefined && (
        <span className={styles.sample} title={sample}>
          {sample.split('\n', 1)[0]}
        </span>
      )}
      {task !== undefined && <span className={styles.causeTask}>{task}</span>}
    </div>
  );
}

function EmptyList({ filtered, ofCause, onClear }: { filtered: boolean; ofCause: boolean; onClear(): void }) {
  if (ofCause) {
    return (
      <Notice tone="empty" title="Nothing is dead of this cause" action={<Link to="/dead-letters?view=causes">See all causes</Link>}>
        Its jobs were redriven or discarded. Should one die of it again, it appears here.
      </Notice>
    );
  }
  return filtered ? (
    <Notice tone="empty" title="No dead job matches" action={<Button onClick={onClear}>Show all</Button>}>
      The search looks at errors, payloads, tags and ids.
    </Notice>
  ) : (
    <NothingDead />
  );
}
