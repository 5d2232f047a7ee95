/** What stands around every page: navigation with what runs and what died, the state of the connection, the colour scheme. */

import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEffect, useRef } from 'react';
import { useCounts } from '../data/counts.ts';
import { useConnection } from '../data/live.ts';
import { IconButton } from '../ui/button.tsx';
import { formatCount, formatShort } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { ColourSchemeSwitch } from './colour-scheme-switch.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { Link, useLocation } from './navigation.tsx';
import { OperationsPlace } from './operations-place.tsx';
import { pageLinks } from './pages.ts';
import styles from './shell.module.css';
import type { Overlay } from './shortcuts.ts';

const connectionWords = { connecting: 'Connecting', live: 'Live', offline: 'Offline' } as const;

type ShellProps = {
  show: (overlay: Overlay) => void;
  /** A page that stands below the others only for as long as someone is on it or in the middle of it. */
  visiting: { path: string; title: string; aside: string } | null;
  children: ReactNode;
};

export function Shell({ show, visiting, children }: ShellProps) {
  const { path } = useLocation();
  const { data: counts } = useCounts();
  const connection = useConnection();
  const main = useRef<HTMLElement>(null);
  const shownPath = useRef(path);

  // A new page starts at its list, where arrow keys work at once, else at its title, so that it is read out.
  useEffect(() => {
    if (shownPath.current === path) return;
    shownPath.current = path;
    const start = main.current?.querySelector<HTMLElement>('[data-page-start], h1');
    if (!main.current?.contains(document.activeElement)) start?.focus();
  }, [path]);

  const badges: Record<string, { count: number; words: string; alarming: boolean } | undefined> = counts
    ? {
        '/jobs': { count: counts.executing, words: 'running', alarming: false },
        '/dead-letters': { count: counts.dead, words: 'dead', alarming: true },
      }
    : {};

  return (
    <div className={styles.shell}>
      <button type="button" className={styles.skip} onClick={() => main.current?.querySelector('h1')?.focus()}>
        Skip to the page
      </button>
      <nav className={styles.navigation} aria-label="Pages">
        <p className={styles.name}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d="M4.5 14V2M4.5 10.5C4.5 6 11.5 7.500 11.5 2" className={styles.sign} />
          </svg>
          <span className={styles.label}>Switchyard</span>
        </p>
        <ul>
          {pageLinks.map(({ path: to, title, icon, key }) => {
            const badge = badges[to];
            const current = path === to || path.startsWith(`${to}/`);
            return (
              <li key={to}>
                <Tooltip label={`g ${key}`} position="right" openDelay={600}>
                  <Link to={to} className={styles.link} aria-current={current ? 'page' : undefined}>
                    <Icon name={icon} />
                    <span className={styles.label}>{title}</span>
                    {badge && badge.count > 0 && (
                      <span
                        className={styles.badge}
                        data-alarming={badge.alarming || undefined}
                        title={`${formatCount(badge.count)} ${badge.words}`}
                      >
                        {formatShort(badge.count)}
                        <span className="only-read"> {badge.words}</span>
                      </span>
                    )}
                  </Link>
                </Tooltip>
              </li>
            );
          })}
          {visiting && (
            <li>
              <Link to={visiting.path} className={styles.link} aria-current={path === visiting.path ? 'page' : undefined}>
                <Icon name="play" />
                <span className={styles.label}>{visiting.title}</span>
                {visiting.aside !== '' && <span className={styles.badge}>{visiting.aside}</span>}
              </Link>
            </li>
          )}
        </ul>
        <div className={styles.operations}>
          <OperationsPlace />
        </div>
        <div className={styles.foot}>
          <p className={styles.connection} data-connection={connection} role="status">
            <span className={styles.light} aria-hidden="true" />
            <span className={styles.label}>{connectionWords[connection]}</span>
          </p>
          <div className={styles.tools}>
            <IconButton icon="search" label="All commands" shortcut="Ctrl K" onClick={() => show('palette')} />
            <IconButton icon="keyboard" label="Keyboard shortcuts" shortcut="?" onClick={() => show('shortcuts')} />
            <ColourSchemeSwitch />
          </div>
        </div>
      </nav>
      <main ref={main} className={styles.main}>
        <ConnectionBanner />
        <div className={styles.page}>{children}</div>
      </main>
    </div>
  );
}
