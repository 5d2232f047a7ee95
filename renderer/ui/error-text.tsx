import type { ReactNode } from 'react';
import type { JobError } from '../../contract/job.ts';
import { stripAnsi } from './ansi.ts';
import { CopyButton } from './copy-button.tsx';
import { readDetails } from './error-details.ts';
import styles from './error-text.module.css';
import { Icon } from './icon.tsx';
import { JsonView } from './json-view.tsx';

/** The message, then what the place it stands in adds (what happens next), then what the task attached to it. */
export function ErrorText({ error, children }: { error: JobError; children?: ReactNode }) {
  const details = readDetails(error);
  return (
    <>
      <div className={styles.head}>
        <span className={styles.icon}>
          <Icon name="error" />
        </span>
        <p className={styles.message}>{stripAnsi(error.message)}</p>
        <CopyButton text={() => JSON.stringify(error, null, 2)} label="Copy the error" />
      </div>
      {children}
      {details.facts.length > 0 && (
        <dl className={styles.facts}>
          {details.facts.map(({ label, text }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      )}
      {details.outputs.map(({ label, text }) => (
        <figure key={label} className={styles.output}>
          <figcaption>{label}</figcaption>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1) */}
          <pre tabIndex={0}>{stripAnsi(text)}</pre>
        </figure>
      ))}
      {details.rest !== null && <JsonView value={details.rest} name="error details" />}
      {error.stack !== undefined && (
        <details className={styles.stack}>
          <summary>Stack</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1) */}
          <pre tabIndex={0}>{error.stack}</pre>
        </details>
      )}
    </>
  );
}
