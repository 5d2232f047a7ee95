import styles from './not-read.module.css';
import { ErrorNotice, Notice } from './notice.tsx';

type NotReadProps = {
  /** In the plural, such as `schedules`. */
  what: string;
  error: Error | undefined;
  /** Why nothing can be read, when that is so. */
  absence: string | undefined;
  retry(): void;
};

/** In place of a list: that it is being read, or why it cannot be. */
export function NotRead({ what, error, absence, retry }: NotReadProps) {
  if (!error) return <p className={styles.loading}>Loading the {what}</p>;
  if (absence) {
    return (
      <Notice tone="empty" title={`The ${what} cannot be read just now`}>
        {absence} They are safe on disk and will be shown here as soon as they can be read.
      </Notice>
    );
  }
  return (
    <div className={styles.error}>
      <ErrorNotice error={error} retry={retry} />
    </div>
  );
}
