import type { Schedule } from '../../../contract/schedule.ts';
import { useLiveJob } from '../../data/live.ts';
import { StateMark } from '../../ui/state-mark.tsx';
import { Ago } from '../../ui/time.tsx';
import styles from './schedule-row.module.css';
import { scheduleTitle, timingWords } from './schedule-words.ts';

// biome-ignore-start lint/a11y/useSemanticElements: cells of a grid whose rows are placed by transform
// biome-ignore-start lint/a11y/useFocusableInteractive: the grid holds the focus and names its active row

export function ScheduleHeader() {
  return (
    <div className={styles.cells} role="presentation">
      <span role="columnheader">Schedule</span>
      <span role="columnheader" className={styles.when}>
        When
      </span>
      <span role="columnheader" className={styles.zone}>
        Time zone
      </span>
      <span role="columnheader" className={styles.last}>
        Last run
      </span>
      <span role="columnheader" className={styles.next}>
        Next run
      </span>
    </div>
  );
}

export function ScheduleRow({ schedule }: { schedule: Schedule }) {
  const { name, task, paused, cron, timeZone, nextRuns, lastRun } = schedule;
  const [next] = nextRuns;
  return (
    <div className={styles.cells} role="presentation" data-paused={paused || undefined}>
      <span role="gridcell" className={styles.title}>
        <span className={styles.name}>{scheduleTitle(schedule)}</span>
        {name !== null && <span className={`${styles.faint} ${styles.task}`}>{task}</span>}
      </span>
      <span role="gridcell" className={styles.when} title={cron ?? undefined}>
        {timingWords(schedule)}
      </span>
      <span role="gridcell" className={`${styles.zone} ${styles.faint}`}>
        {cron === null ? '' : timeZone}
      </span>
      <span role="gridcell" className={styles.last}>
        {lastRun === null ? (
          <span className={styles.faint}>never</span>
        ) : (
          <>
            <LastState lastRun={lastRun} />
            <Ago at={lastRun.at} />
          </>
        )}
      </span>
      <span role="gridcell" className={styles.next}>
        {paused ? <span className={styles.paused}>paused</span> : next === undefined ? 'no more' : <Ago at={next} />}
      </span>
    </div>
  );
}

/** How it stands now: the schedule is told of its job's beginning, not of its end. */
export function LastState({ lastRun }: { lastRun: NonNullable<Schedule['lastRun']> }) {
  const live = useLiveJob(lastRun.jobId);
  const state = live?.state ?? lastRun.state;
  return state === null ? null : <StateMark state={state} />;
}

// biome-ignore-end lint/a11y/useFocusableInteractive: see above
// biome-ignore-end lint/a11y/useSemanticElements: see above
