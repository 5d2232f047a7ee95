/** Where one is in the tour: done, here, still to come. Any step may be gone to. */

import { Icon } from '../../ui/icon.tsx';
import type { TourProgress } from './tour-progress.ts';
import { goTo } from './tour-progress.ts';
import styles from './tour-step-list.module.css';
import { tourSteps } from './tour-steps.ts';

export function TourStepList({ progress: { at, sent } }: { progress: TourProgress }) {
  return (
    <nav className={styles.list} aria-label="Steps of the tour">
      <ol>
        {tourSteps.map(({ id, name }, index) => {
          const done = sent[id] !== undefined;
          return (
            <li key={id}>
              <button
                type="button"
                className={styles.step}
                aria-current={id === at ? 'step' : undefined}
                disabled={at === null}
                onClick={() => goTo(id)}
              >
                <span className={styles.number} data-done={done || undefined}>
                  {done ? <Icon name="check" size={12} /> : index + 1}
                </span>
                {name}
                {done && <span className="only-read">done</span>}
              </button>
            </li>
          );
        })}
        <li>
          <button
            type="button"
            className={styles.step}
            aria-current={at === 'end' ? 'step' : undefined}
            disabled={at === null}
            onClick={() => goTo('end')}
          >
            <span className={styles.number}>
              <Icon name="overview" size={12} />
            </span>
            Side by side
          </button>
        </li>
      </ol>
    </nav>
  );
}
