import styles from './not-read.module.css';
import { ErrorNotice, Notice } from './notice.tsx';

/** In place of a list: that it is being read, or why it cannot be. @param what in the plural, such as `schedules` */
export function NotRead({ what, error, offline, retry }: { what: string; error: Error | undefined; offline: boolean; retry(): void }) {
  if (!error) return <p className={styles.loading}>Loading the {what}</p>;
  if (offline) {
    return (
      <Notice tone="empty" title={`The ${what} cannot be read just now`}>
        The engine is not answering. They are safe on disk and will be shown here as soon as it is back.
      </Notice>
    );
  }
  return (
    <div className={styles.error}>
      <ErrorNotice error={error} retry={retry} />
    </div>
  );
}
