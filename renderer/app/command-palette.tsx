/** Every page, task and setting by name, and any job by its id or a word of it. */

import { Modal, useMantineColorScheme } from '@mantine/core';
import type { KeyboardEvent } from 'react';
import { useId, useState } from 'react';
import { client } from '../data/client.ts';
import { useResource } from '../data/resource.ts';
import type { IconName } from '../ui/icon.tsx';
import { Icon } from '../ui/icon.tsx';
import styles from './command-palette.module.css';
import { navigate } from './navigation.tsx';
import { pageLinks } from './pages.ts';

type Command = { name: string; title: string; hint?: string; icon: IconName; run: () => void };

const jobId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function useCommands(text: string): Command[] {
  const { setColorScheme } = useMantineColorScheme();
  const tasks = useResource('tasks', (signal) => client.call('listTasks', { signal }));
  const words = text.trim().toLowerCase().split(/\s+/);
  const known: Command[] = [
    ...pageLinks.map(({ path, title, icon, key }) => ({ name: path, title, icon, hint: `g ${key}`, run: () => navigate(path) })),
    { name: '/tour', title: 'Take the tour', hint: 'one request in each mode', icon: 'play', run: () => navigate('/tour') },
    ...(tasks.data?.tasks ?? []).map(({ name, title }) => ({
      name: `task ${name}`,
      title: `Submit ${name}`,
      hint: title,
      icon: 'submit' as const,
      run: () => navigate(`/submit?task=${encodeURIComponent(name)}`),
    })),
    { name: 'light', title: 'Light colours', icon: 'sun', run: () => setColorScheme('light') },
    { name: 'dark', title: 'Dark colours', icon: 'moon', run: () => setColorScheme('dark') },
    { name: 'system', title: 'Colours as the system', icon: 'screen', run: () => setColorScheme('auto') },
  ];
  const found = known.filter(({ name, title, hint }) => {
    const all = `${name} ${title} ${hint ?? ''}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
  const wanted = text.trim();
  if (jobId.test(wanted))
    found.unshift({ name: 'job', title: `Open job ${wanted}`, icon: 'open', run: () => navigate(`/jobs/${wanted.toLowerCase()}`) });
  else if (wanted !== '') {
    const path = `/jobs?q=${encodeURIComponent(wanted.slice(0, 200))}`;
    found.push({ name: 'search', title: `Find jobs with “${wanted}”`, icon: 'search', run: () => navigate(path) });
  }
  return found;
}

function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const listId = useId();
  const commands = useCommands(text);
  const current = Math.min(chosen, commands.length - 1);

  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: commands.length - 1 }[event.key];
    if (next !== undefined) setChosen((next + commands.length) % Math.max(1, commands.length));
    else if (event.key === 'Enter') run(commands[current]);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <input
        className={styles.input}
        data-autofocus
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={current >= 0 ? `${listId}-${current}` : undefined}
        aria-label="Command or search"
        placeholder="Go to, submit, find a job…"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div className={styles.list} id={listId} role="listbox" aria-label="Commands" tabIndex={-1}>
        {commands.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input's Enter does the same
          <div
            key={command.name}
            id={`${listId}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            className={styles.option}
            ref={index === current ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
            onClick={() => run(command)}
          >
            <Icon name={command.icon} size={14} />
            <span>{command.title}</span>
            {command.hint && <span className={styles.hint}>{command.hint}</span>}
          </div>
        ))}
      </div>
    </>
  );
}

export function CommandPalette({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Modal.Root opened={open} onClose={onClose} size={520} yOffset="14vh">
      <Modal.Overlay />
      <Modal.Content aria-label="Commands">
        <Modal.Body className={styles.body}>
          <Palette onClose={onClose} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
