/** One filter: a button that says what is chosen, and the choices with a tick each. Stays open, since "or" is the rule. */

import { Menu } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon } from '../../ui/icon.tsx';
import styles from './filter-bar.module.css';

type Choice = { value: string; label: ReactNode; count?: string };

type FilterMenuProps = {
  title: string;
  /** What the button says of the chosen ones, if not the values themselves. */
  word?: (value: string) => string;
  choices: readonly Choice[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
};

export function FilterMenu({ title, word = (value) => value, choices, chosen, onChange }: FilterMenuProps) {
  const words = chosen.length > 2 ? `${chosen.length} of ${choices.length}` : chosen.map(word).join(', ');
  const toggle = (value: string) => onChange(chosen.includes(value) ? chosen.filter((other) => other !== value) : [...chosen, value]);
  return (
    <Menu alignItemsLabels="with-indicators" position="bottom-start" width={220} withinPortal>
      <Menu.Target>
        <button type="button" className={styles.filter} data-on={chosen.length > 0 || undefined}>
          <span>{chosen.length > 0 ? `${title}: ${words}` : title}</span>
          <Icon name="down" size={12} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={styles.choices}>
          {choices.map(({ value, label, count }) => (
            <Menu.CheckboxItem
              key={value}
              checked={chosen.includes(value)}
              checkIcon={<Icon name="check" size={13} />}
              rightSection={<span className={styles.choiceEnd}>{count}</span>}
              onChange={() => toggle(value)}
            >
              {label}
            </Menu.CheckboxItem>
          ))}
          {choices.length === 0 && <p className={styles.noChoices}>There are none yet</p>}
        </div>
        {chosen.length > 0 && <Menu.Item onClick={() => onChange([])}>Any {title.toLowerCase()}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}
