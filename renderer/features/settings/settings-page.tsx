/** What holds for the whole engine: what it keeps, copies of it, and whom it tells. */

import { useConnection } from '../../data/live.ts';
import { Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { BackupSection } from './backup-section.tsx';
import { EndpointsSection } from './endpoints-section.tsx';
import { RetentionSection } from './retention-section.tsx';
import styles from './settings-page.module.css';

export function SettingsPage() {
  const offline = useConnection() === 'offline';
  return (
    <Page title="Settings">
      {offline && (
        <div className={styles.offline}>
          <Notice tone="warning" title="The engine is away">
            What is shown is what was read last; nothing can be changed until it is back.
          </Notice>
        </div>
      )}
      <RetentionSection />
      <BackupSection />
      <EndpointsSection />
    </Page>
  );
}
