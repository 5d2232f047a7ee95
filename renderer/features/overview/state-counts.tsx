/** One figure a state; each leads to its list. */

import type { StateCounts } from '../../../contract/resources.ts';
import { jobStates } from '../../../contract/states.ts';
import { Link } from '../../app/navigation.tsx';
import { formatCount, formatShort } from '../../ui/format.ts';
import { StateMark } from '../../ui/state-mark.tsx';
import styles from './state-counts.module.css';

export function StateCountStrip({ counts }: { counts: StateCounts | undefined }) {
  return (
    <ul className={styles.strip} aria-label="Jobs by state">
      {jobStates.map((state) => (
        <li key={state}>
          <Link
            to={state === 'dead' ? '/dead-letters' : `/jobs?state=${state}`}
            className={styles.state}
            data-alarming={(state === 'dead' && counts && counts.dead > 0) || undefined}
            data-none={counts?.[state] === 0 || undefined}
          >
            <span className={styles.figure} title={counts && formatCount(counts[state])}>
              {counts ? formatShort(counts[state]) : '–'}
            </span>
            <StateMark state={state} withLabel />
          </Link>
        </li>
      ))}
    </ul>
  );
}
