/** One page of the content column: a bar with its name and what can be done, and below it what scrolls. */

import type { ReactNode } from 'react';
import { useEffect } from 'react';
import styles from './page.module.css';

type PageProps = {
  title: string;
  /** Beside the title: a count, a state. */
  aside?: ReactNode;
  actions?: ReactNode;
  /** `scroll` (default): the page scrolls as one. `fill`: its content fills the window and scrolls by itself. */
  layout?: 'scroll' | 'fill';
  children: ReactNode;
};

export function Page({ title, aside, actions, layout = 'scroll', children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Switchyard`;
  }, [title]);
  return (
    <section className={styles.page} aria-labelledby="page-title">
      <header className={styles.bar}>
        <h1 className={styles.title} id="page-title" tabIndex={-1}>
          {title}
        </h1>
        {aside && <div className={styles.aside}>{aside}</div>}
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {layout === 'fill' ? (
        <div className={styles.fill}>{children}</div>
      ) : (
        // Focusable, so that it can be scrolled by keyboard even where nothing in it takes the focus.
        // biome-ignore lint/a11y/useSemanticElements: the page is the section; this is its scrolling part
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1)
        <div className={styles.scroll} role="region" aria-labelledby="page-title" tabIndex={0}>
          {children}
        </div>
      )}
    </section>
  );
}

/** A part of a page under a small heading, told apart by a line and space rather than a box. */
export function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className={styles.section} aria-label={title}>
      <header className={styles.sectionBar}>
        <h2 className={styles.sectionTitle}>{title}</h2>
        {aside && <div className={styles.sectionAside}>{aside}</div>}
      </header>
      {children}
    </section>
  );
}
