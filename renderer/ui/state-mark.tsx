/** A job's state: a colour, a shape of its own (told apart without colour) and one word. */

import type { ReactElement } from 'react';
import type { JobState } from '../../contract/states.ts';
import { stateWords } from '../../contract/states.ts';
import styles from './state-mark.module.css';

const shapes: Readonly<Record<JobState, ReactElement>> = {
  blocked: (
    <>
      <rect x="1.75" y="1.75" width="8.5" height="8.5" rx="1.5" className={styles.outline} />
      <path d="M4 6h4" className={styles.outline} />
    </>
  ),
  scheduled: (
    <>
      <circle cx="6" cy="6" r="4.6" className={styles.outline} />
      <path d="M6 3.4V6l1.8 1.3" className={styles.outline} />
    </>
  ),
  available: <circle cx="6" cy="6" r="4.4" className={styles.dashes} />,
  executing: <path d="M3 1.6v8.8a.5.5 0 0 0 .76.43l7.1-4.4a.5.5 0 0 0 0-.86l-7.1-4.4A.5.5 0 0 0 3 1.6z" className={styles.filled} />,
  retryable: (
    <>
      <path d="M10.2 6A4.2 4.2 0 1 1 8.7 2.8" className={styles.outline} />
      <path d="M8.9.7v2.5H6.4" className={styles.outline} />
    </>
  ),
  completed: (
    <>
      <circle cx="6" cy="6" r="5.3" className={styles.filled} />
      <path d="M3.6 6.2l1.7 1.7 3.2-3.6" className={styles.cut} />
    </>
  ),
  dead: (
    <>
      <path d="M3.7.6h4.6L11.4 3.7v4.6L8.3 11.4H3.7L.6 8.3V3.7z" className={styles.filled} />
      <path d="M4.2 4.2l3.6 3.6M7.8 4.2L4.2 7.8" className={styles.cut} />
    </>
  ),
  cancelled: (
    <>
      <circle cx="6" cy="6" r="4.6" className={styles.outline} />
      <path d="M2.9 9.1l6.2-6.2" className={styles.outline} />
    </>
  ),
};

type StateMarkProps = {
  state: JobState;
  withLabel?: boolean;
  /** Where something other than a job has the state and its shape, but not its word. */
  word?: string;
};

export function StateMark({ state, withLabel = false, word = stateWords[state] }: StateMarkProps) {
  return (
    <span className={styles.mark} data-state={state}>
      <StateShape state={state} />
      {withLabel ? <span className={styles.word}>{word}</span> : <span className="only-read">{word}</span>}
    </span>
  );
}

/** The shape alone, for drawings that say the word themselves. `x` and `y` place it in an SVG around it. */
export function StateShape({ state, x, y }: { state: JobState; x?: number; y?: number }) {
  return (
    <svg
      viewBox="0 0 12 12"
      width="12"
      height="12"
      x={x}
      y={y}
      className={styles.shape}
      data-state={state}
      aria-hidden="true"
      focusable="false"
    >
      {shapes[state]}
    </svg>
  );
}
