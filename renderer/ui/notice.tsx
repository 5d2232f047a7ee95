/** What a page or a part of it says of itself: empty, wrong, not reachable. The title says what is, the text what to do. */

import type { ReactNode } from 'react';
import { Problem } from '../../contract/errors.ts';
import { Button } from './button.tsx';
import type { IconName } from './icon.tsx';
import { Icon } from './icon.tsx';
import styles from './notice.module.css';

export type NoticeTone = 'error' | 'warning' | 'info' | 'empty';

const icons: Readonly<Record<NoticeTone, IconName>> = { error: 'error', warning: 'warning', info: 'info', empty: 'empty' };

type NoticeProps = { tone: NoticeTone; title: ReactNode; action?: ReactNode; children?: ReactNode };

/** `empty` stands in the middle of the place it explains; the others are a strip across it. */
export function Notice({ tone, title, action, children }: NoticeProps) {
  return (
    <div className={styles.notice} data-tone={tone} role={tone === 'error' ? 'alert' : undefined}>
      <span className={styles.icon}>
        <Icon name={icons[tone]} size={tone === 'empty' ? 22 : 16} />
      </span>
      <div className={styles.words}>
        <p className={styles.title}>{title}</p>
        {children && <div className={styles.text}>{children}</div>}
      </div>
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}

/** An error in people's words: a refusal says itself what is wrong; anything else means that no engine answered. */
export function describeError(error: Error): { title: string; text: string } {
  if (error instanceof Problem) return { title: error.toJSON().title, text: error.message };
  return {
    title: 'The engine did not answer',
    text: 'Accepted jobs are safe on disk. This is read again as soon as the engine is back.',
  };
}

export function ErrorNotice({ error, retry }: { error: Error; retry?: () => void }) {
  const { title, text } = describeError(error);
  return (
    <Notice tone="error" title={title} action={retry && <Button onClick={retry}>Try again</Button>}>
      {text}
    </Notice>
  );
}
