/** The line on a new home's overview that offers the tour. */

import { Link } from '../../app/navigation.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import styles from './tour-offer.module.css';
import { putAway, useProgress } from './tour-progress.ts';

export function TourOffer() {
  const { at, hidden } = useProgress();
  // Once begun, the way back into it stands among the pages.
  if (hidden || at !== null) return null;
  return (
    <section className={styles.offer} aria-label="Tour">
      <Icon name="play" size={14} />
      <p className={styles.words}>
        <Link to="/tour">Take the tour</Link> One request in each mode, on this engine, in two minutes
      </p>
      <IconButton icon="close" label="Do not offer the tour" onClick={putAway} />
    </section>
  );
}
