import { Tooltip } from '@mantine/core';
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import styles from './button.module.css';
import type { IconName } from './icon.tsx';
import { Icon } from './icon.tsx';

/** `primary`: the one thing this place is for. `default`: has an outline. `quiet`: none until it is pointed at. */
export type ButtonTone = 'primary' | 'default' | 'quiet' | 'danger';

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  tone?: ButtonTone;
  icon?: IconName;
  /** Shows that it works on it, and keeps its width. Not clickable meanwhile. */
  busy?: boolean;
  /** The key that does the same, shown beside the label. */
  shortcut?: string;
  ref?: Ref<HTMLButtonElement>;
  children?: ReactNode;
};

export function Button({ tone = 'default', icon, busy = false, shortcut, children, className, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`${styles.button} ${className ?? ''}`}
      data-tone={tone}
      data-busy={busy || undefined}
      aria-busy={busy || undefined}
      disabled={disabled || busy}
    >
      {icon && <Icon name={icon} size={14} />}
      {children && <span className={styles.label}>{children}</span>}
      {shortcut && (
        <span className={styles.key} aria-hidden="true">
          {shortcut}
        </span>
      )}
    </button>
  );
}

type IconButtonProps = Omit<ButtonProps, 'children' | 'icon'> & { icon: IconName; label: string };

/** A button without a word needs one all the same: it is its name and its tooltip. */
export function IconButton({ icon, label, tone = 'quiet', shortcut, busy = false, className, disabled, ...rest }: IconButtonProps) {
  return (
    <Tooltip label={shortcut ? `${label} · ${shortcut}` : label} openDelay={400} withinPortal>
      <button
        type="button"
        {...rest}
        aria-label={label}
        className={`${styles.button} ${styles.square} ${className ?? ''}`}
        data-tone={tone}
        aria-busy={busy || undefined}
        disabled={disabled || busy}
      >
        <Icon name={icon} size={14} />
      </button>
    </Tooltip>
  );
}
