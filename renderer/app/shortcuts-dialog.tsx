import { Modal } from '@mantine/core';
import { pageLinks } from './pages.ts';
import styles from './shortcuts-dialog.module.css';

type Shortcut = { keys: string[]; does: string };

const groups: readonly { title: string; shortcuts: readonly Shortcut[] }[] = [
  {
    title: 'Anywhere',
    shortcuts: [
      ...pageLinks.map(({ key, title }) => ({ keys: ['g', key], does: title })),
      { keys: ['c'], does: 'Submit a job' },
      { keys: ['/'], does: 'Search jobs' },
      { keys: ['Ctrl', 'K'], does: 'All commands' },
      { keys: ['?'], does: 'These shortcuts' },
    ],
  },
  {
    title: 'In a list',
    shortcuts: [
      { keys: ['↑', '↓'], does: 'Move' },
      { keys: ['Home', 'End'], does: 'First, last' },
      { keys: ['Enter'], does: 'Show details beside the list' },
      { keys: ['Esc'], does: 'Close details, end selection' },
      { keys: ['Space'], does: 'Select' },
      { keys: ['Shift', '↑ ↓'], does: 'Select a range' },
      { keys: ['a'], does: 'Select all that are loaded' },
      { keys: ['y'], does: 'Copy the id' },
    ],
  },
];

export function ShortcutsDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={open}
      onClose={onClose}
      title="Keyboard shortcuts"
      centered
      size={560}
      closeButtonProps={{ 'aria-label': 'Close', size: 26 }}
    >
      <div className={styles.groups}>
        {groups.map(({ title, shortcuts }) => (
          <section key={title}>
            <h3 className={styles.title}>{title}</h3>
            <dl>
              {shortcuts.map(({ keys, does }) => (
                <div key={does} className={styles.shortcut}>
                  <dt>{does}</dt>
                  <dd>
                    {keys.map((key) => (
                      <kbd key={key} className={styles.key}>
                        {key}
                      </kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
