/** When the engine does not answer: what that means for the jobs, and what is being done about it. */

import { reconnectNow, useConnection, useConnectionProblem } from '../data/live.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import styles from './connection-banner.module.css';

export function ConnectionBanner() {
  const connection = useConnection();
  const problem = useConnectionProblem();
  if (connection !== 'offline') return null;
  return (
    <div className={styles.banner} role="alert">
      <Icon name="offline" />
      {problem?.code === 'unauthorized' ? (
        <p className={styles.words}>
          <strong>This window is no longer signed in.</strong> The engine goes on with its jobs. Open a fresh window with{' '}
          <code>switchyard url</code>.
        </p>
      ) : (
        <p className={styles.words}>
          <strong>Engine is not answering.</strong> Jobs that were accepted are safe; they go on when it is back. What you see is from
          before. Trying again…
        </p>
      )}
      <Button onClick={reconnectNow}>Try now</Button>
    </div>
  );
}
