import { Link } from '../../app/navigation.tsx';
import { client } from '../../data/client.ts';
import { isJobEvent } from '../../data/live.ts';
import { useReloadOn } from '../../data/reload-on.ts';
import { useResource } from '../../data/resource.ts';
import { formatCount } from '../../ui/format.ts';
import { Ago } from '../../ui/time.tsx';
import styles from './dead-causes.module.css';

const shownMost = 3;

/** What most of the dead jobs died of. */
export function DeadCauses() {
  const { data, reload } = useResource('overview causes', (signal) =>
    client.call('listDeadGroups', { query: { limit: shownMost }, signal }),
  );
  useReloadOn(reload, (event) => isJobEvent(event) && ['job.dead', 'job.deleted', 'job.available'].includes(event.type), 1_500);
  return (
    <ul className={styles.causes}>
      {(data?.groups ?? []).map(({ fingerprint, count, sample, task, lastAt }) => (
        <li key={fingerprint}>
          <Link to={`/dead-letters?fingerprint=${fingerprint}`} className={styles.cause}>
            <strong className={styles.count}>{formatCount(count)} ×</strong>
            <span className={styles.task}>{task}</span>
            <span className={styles.sample} title={sample}>
              {sample.split('\n', 1)[0]}
            </span>
            <span className={styles.time}>
              <Ago at={lastAt} />
            </span>
          </Link>
        </li>
      ))}
      {data && data.next !== null && (
        <li className={styles.more}>
          <Link to="/dead-letters?view=causes">More causes</Link>
        </li>
      )}
    </ul>
  );
}
