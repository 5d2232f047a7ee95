import type { Json } from '../../contract/json.ts';
import type { JsonChange } from './json-changes.ts';
import styles from './json-changes-view.module.css';

const shownMost = 50;
const textMost = 400;

/** Each place that differs: what stood there, and what stands there now. */
export function JsonChanges({ changes }: { changes: readonly JsonChange[] }) {
  return (
    <div className={styles.changes}>
      {changes.slice(0, shownMost).map(({ path, before, after }) => (
        <div key={path} className={styles.change}>
          <code className={styles.path}>{path === '' ? 'the whole payload' : path}</code>
          {before !== undefined && (
            <del className={styles.before}>
              <span className="only-read">was </span>
              {textOf(before)}
            </del>
          )}
          {after !== undefined && (
            <ins className={styles.after}>
              <span className="only-read">is </span>
              {textOf(after)}
            </ins>
          )}
        </div>
      ))}
      {changes.length > shownMost && <p className={styles.more}>and {changes.length - shownMost} more places</p>}
    </div>
  );
}

function textOf(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > textMost ? `${text.slice(0, textMost)}…` : text;
}
