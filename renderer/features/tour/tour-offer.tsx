/** A line on the overview: the tour for who is new here, and the way back into it for who has left it. */

import { Link } from '../../app/navigation.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import styles from './tour-offer.module.css';
import { changeProgress, useProgress } from './tour-progress.ts';
import { tourStepIds } from './tour-steps.ts';

/** @param props.newHome nothing has run here yet */
export function TourOffer({ newHome }: { newHome: boolean }) {
  const { at, hidden } = useProgress();
  const begun = at !== null && at !== 'end';
  if (hidden || at === 'end' || (!begun && !newHome)) return null;
  return (
    <section className={styles.offer} aria-label="Tour">
      <Icon name="play" size={14} />
      <p className={styles.words}>
        <Link to="/tour">{begun ? 'Go on with the tour' : 'Take the tour'}</Link>{' '}
        {begun
          ? `at step ${tourStepIds.indexOf(at) + 1} of ${tourStepIds.length}`
          : 'One request in each mode, on this engine, in two minutes'}
      </p>
      <IconButton
        icon="close"
        label="Do not offer the tour"
        onClick={() => changeProgress((progress) => ({ ...progress, hidden: true }))}
      />
    </section>
  );
}
