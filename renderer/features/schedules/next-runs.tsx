import { Ago } from '../../ui/time.tsx';
import styles from './next-runs.module.css';
import { localZone, zoneTime } from './schedule-words.ts';

/** Moments to come on the schedule's own clock, with how long it is until then; the local time too where the clocks differ. */
export function NextRuns({ runs, timeZone }: { runs: readonly string[]; timeZone: string }) {
  const isLocal = timeZone === localZone();
  return (
    <ol className={styles.runs}>
      {runs.map((at) => (
        <li key={at}>
          <span className={styles.at}>{zoneTime(at, timeZone)}</span>
          {!isLocal && <span className={styles.local}>{zoneTime(at, localZone())} here</span>}
          <span className={styles.until}>
            <Ago at={at} />
          </span>
        </li>
      ))}
    </ol>
  );
}
