/** One run of the lab: its modes side by side as they go, with another run beside it if that is wished. */

import { Select } from '@mantine/core';
import type { LabRun } from '../../../contract/lab-run.ts';
import { Link, navigate, useLocation, withQuery } from '../../app/navigation.tsx';
import { client } from '../../data/client.ts';
import { useReloadOn } from '../../data/reload-on.ts';
import { useResource } from '../../data/resource.ts';
import { formatMoment } from '../../ui/format.ts';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import styles from './lab-run-page.module.css';
import { modeTitles, workloadWords } from './lab-words.ts';
import { OverTime } from './over-time.tsx';
import { PredictionTable } from './prediction-table.tsx';
import { RunActions } from './run-actions.tsx';
import { columnsOf } from './side-by-side.ts';
import { SideBySideTable } from './side-by-side-table.tsx';
import { useLabRun } from './use-lab-run.ts';

export function LabRunPage({ id }: { id: string }) {
  const location = useLocation();
  const otherId = location.query.get('with');
  const { data: run, error, reload } = useLabRun(id);
  const { data: other, error: otherError } = useLabRun(otherId === id ? null : otherId);
  const shownOther = otherId === null ? null : (other ?? null);

  return (
    <Page
      title={run?.name ?? 'Lab'}
      aside={<Link to="/lab">All runs</Link>}
      actions={run && <RunActions key={run.name} run={run} other={shownOther} />}
    >
      {error && (
        <div className={styles.message}>
          <ErrorNotice error={error} retry={reload} />
        </div>
      )}
      {!run && !error && <p className={styles.message}>Loading the run</p>}
      {run && (
        <>
          <Head run={run} otherId={otherId} other={shownOther} />
          {otherError && (
            <div className={styles.message}>
              <ErrorNotice error={otherError} />
            </div>
          )}
          <RunBody run={run} other={shownOther} />
        </>
      )}
    </Page>
  );
}

type HeadProps = { run: LabRun; otherId: string | null; other: LabRun | null };

function Head({ run, otherId, other }: HeadProps) {
  const location = useLocation();
  const { data, reload } = useResource('lab runs', (signal) => client.call('listLabRuns', { query: { limit: 100 }, signal }));
  useReloadOn(reload, ({ type }) => type.startsWith('lab.') && type !== 'lab.progress');
  const others = (data?.runs ?? []).filter(({ id }) => id !== run.id);
  return (
    <div className={styles.head}>
      <div className={styles.facts}>
        <p>
          {other !== null && <span className={styles.letter}>A</span>}
          {workloadWords(run.workload)}
          <span className={styles.faint}>
            {`, begun ${formatMoment(run.createdAt)}`}
            {run.state !== 'completed' && `, ${run.state}`}
            {run.current !== null && `: ${modeTitles[run.current].toLowerCase()}`}
          </span>
        </p>
        {other !== null && (
          <p>
            <span className={styles.letter}>B</span>
            <Link to={`/lab/${other.id}?with=${run.id}`} className={styles.other ?? ''}>
              {other.name}
            </Link>{' '}
            {workloadWords(other.workload)}
          </p>
        )}
        {run.reason !== null && (
          <Notice
            tone={run.state === 'failed' ? 'error' : 'info'}
            title={run.state === 'failed' ? 'The run failed' : 'The run ended early'}
          >
            {run.reason}
          </Notice>
        )}
      </div>
      {others.length > 0 && (
        <Select
          aria-label="Compare with"
          placeholder="Compare with another run"
          className={styles.compare ?? ''}
          data={others.map(({ id, name, createdAt }) => ({
            value: id,
            label: `${name}, ${new Date(createdAt).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}`,
          }))}
          value={otherId}
          onChange={(chosen) => navigate(withQuery(location, { with: chosen }))}
          clearable
          searchable
        />
      )}
    </div>
  );
}

function RunBody({ run, other }: { run: LabRun; other: LabRun | null }) {
  const columns = columnsOf(run, other);
  return (
    <>
      <SideBySideTable columns={columns} />
      <OverTime columns={columns} />
      <PredictionTable columns={columns} going={run.state === 'running'} />
    </>
  );
}
