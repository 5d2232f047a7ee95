/** The page for the second screen: what failed, how much there is, how fast it goes, what runs and what waits. */

import type { ReactNode } from 'react';
import { useState } from 'react';
import type { EngineEvent } from '../../../contract/events.ts';
import type { JobListInput } from '../../../contract/filter.ts';
import type { JobState } from '../../../contract/states.ts';
import { Link } from '../../app/navigation.tsx';
import { client } from '../../data/client.ts';
import { totalOf, useCounts } from '../../data/counts.ts';
import { isJobEvent, useConnection } from '../../data/live.ts';
import { useReloadOn } from '../../data/reload-on.ts';
import { useResource } from '../../data/resource.ts';
import { Choice } from '../../ui/choice.tsx';
import { formatCount } from '../../ui/format.ts';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { Attention } from './attention.tsx';
import { Charts } from './charts.tsx';
import { DeadCauses } from './dead-causes.tsx';
import { FirstSteps } from './first-steps.tsx';
import { FailedLines, RunningLines, WaitingLines } from './job-lines.tsx';
import { Lanes } from './lanes.tsx';
import styles from './overview-page.module.css';
import { StateCountStrip } from './state-counts.tsx';
import type { Span } from './use-series.ts';
import { spans } from './use-series.ts';

const shownRows = 5;
const failedMost = 3;

function useJobsIn(state: JobState, order: NonNullable<JobListInput['order']>, concerns: (event: EngineEvent) => boolean) {
  const resource = useResource(`overview ${state}`, (signal) =>
    client.call('listJobs', { query: { state, order, limit: String(shownRows) }, signal }),
  );
  useReloadOn(resource.reload, concerns, 1500);
  return resource.data?.jobs;
}

function Failures({ count }: { count: number }) {
  const jobs = useJobsIn(
    'dead',
    '-createdAt',
    (event) => event.type === 'job.dead' || event.type === 'job.deleted' || event.type === 'job.available',
  );
  if (count === 0) return null;
  // A few are told one by one; of many it is the causes that someone can do something about.
  const byCause = count > failedMost;
  return (
    <section className={styles.failures} aria-label="What failed last">
      <header className={styles.failuresBar}>
        <h2 className={styles.failuresTitle}>
          {count === 1 ? '1 job is dead' : `${formatCount(count)} jobs are dead`}{' '}
          <span>{count === 1 ? 'It is not tried again' : 'They are not tried again'} until you say so.</span>
        </h2>
        <Link to={byCause ? '/dead-letters?view=causes' : '/dead-letters'}>See why, run again or discard</Link>
      </header>
      {byCause ? <DeadCauses /> : <FailedLines jobs={jobs?.slice(0, failedMost) ?? []} />}
    </section>
  );
}

function Now() {
  const moved = (event: EngineEvent) => isJobEvent(event) && event.type !== 'job.progress';
  const running = useJobsIn('executing', '-createdAt', moved);
  const waiting = useJobsIn('available', 'createdAt', moved);
  return (
    <div className={styles.now}>
      <Section title="Running now" aside={<Link to="/jobs?state=executing">All</Link>}>
        <div className={styles.lines}>
          {running?.length === 0 ? <p className={styles.none}>Nothing is running.</p> : <RunningLines jobs={running ?? []} />}
        </div>
      </Section>
      <Section title="Waiting longest" aside={<Link to="/jobs?state=available">All</Link>}>
        <div className={styles.lines}>
          {waiting?.length === 0 ? <p className={styles.none}>Nothing waits for a free place.</p> : <WaitingLines jobs={waiting ?? []} />}
        </div>
      </Section>
    </div>
  );
}

/** @param props.welcome what a home in which nothing has run yet begins with */
export function OverviewPage({ welcome }: { welcome: ReactNode }) {
  const { data: counts, error, reload } = useCounts();
  const offline = useConnection() === 'offline';
  const [spanValue, setSpanValue] = useState<Span['value']>('5m');
  const span = spans.find(({ value }) => value === spanValue) ?? spans[0];

  if (!counts) {
    return (
      <Page title="Overview">
        {error && offline && (
          <Notice tone="empty" title="Nothing to show while the engine is away">
            Accepted jobs are safe on disk. This page fills itself as soon as the engine is back.
          </Notice>
        )}
        {error && !offline && (
          <div className={styles.error}>
            <ErrorNotice error={error} retry={reload} />
          </div>
        )}
      </Page>
    );
  }
  if (totalOf(counts) === 0) {
    return (
      <Page title="Overview">
        <Attention />
        {welcome}
        <FirstSteps />
        <Lanes />
      </Page>
    );
  }
  return (
    <Page
      title="Overview"
      aside={`${formatCount(totalOf(counts))} jobs`}
      actions={<Choice label="Span of the charts" options={spans} value={span.value} onChange={setSpanValue} />}
    >
      <Failures count={counts.dead} />
      <Attention />
      <StateCountStrip counts={counts} />
      <Charts span={span} />
      <Now />
      <Lanes />
    </Page>
  );
}
