import type { StateCounts } from '../../../contract/resources.ts';
import type { JobState } from '../../../contract/states.ts';
import styles from './progress-bar.module.css';
import { countWords, totalOf } from './workflow-words.ts';

/** What is over, then what goes wrong, then what moves; the rest stays empty. */
const shown: readonly JobState[] = ['completed', 'cancelled', 'dead', 'retryable', 'executing'];

export function ProgressBar({ counts }: { counts: StateCounts }) {
  const total = Math.max(1, totalOf(counts));
  return (
    <span className={styles.bar} role="img" aria-label={countWords(counts)} title={countWords(counts)}>
      {shown.map((state) =>
        counts[state] === 0 ? null : (
          <span key={state} className={styles.part} data-state={state} style={{ width: `${(counts[state] / total) * 100}%` }} />
        ),
      )}
    </span>
  );
}
