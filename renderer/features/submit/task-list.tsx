import { useMemo, useState } from 'react';
import type { Task } from '../../../contract/resources.ts';
import { Link } from '../../app/navigation.tsx';
import { Icon } from '../../ui/icon.tsx';
import { tasksMatching } from './submission.ts';
import styles from './task-list.module.css';

type TaskListProps = { tasks: readonly Task[]; chosen: string | null };

export function TaskList({ tasks, chosen }: TaskListProps) {
  const [search, setSearch] = useState('');
  const found = useMemo(() => tasksMatching(tasks, search), [tasks, search]);
  const groups = [
    { title: 'Built in', tasks: found.filter(({ source }) => source === 'built-in') },
    { title: 'Your own', tasks: found.filter(({ source }) => source !== 'built-in') },
  ];
  return (
    <nav className={styles.list} aria-label="Tasks">
      <input
        type="search"
        className={styles.search}
        placeholder="Search tasks"
        aria-label="Search tasks"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      <div className={styles.scroll}>
        {found.length === 0 && <p className={styles.nothing}>No task matches “{search}”.</p>}
        {groups.map(
          (group) =>
            group.tasks.length > 0 && (
              <section key={group.title} aria-label={group.title}>
                <h2 className={styles.group}>{group.title}</h2>
                <ul>
                  {group.tasks.map((task) => (
                    <li key={task.name}>
                      <Link
                        to={`/submit?task=${encodeURIComponent(task.name)}`}
                        className={styles.task ?? ''}
                        aria-current={task.name === chosen ? 'page' : undefined}
                      >
                        <span className={styles.name}>
                          {task.title || task.name}
                          {task.error !== null && (
                            <span className={styles.broken} title="Its file does not load">
                              <Icon name="warning" size={14} />
                              <span className="only-read">does not load</span>
                            </span>
                          )}
                        </span>
                        <span className={styles.what}>
                          {task.error === null ? task.description || task.name : 'Its file does not load'}
                        </span>
                      </Link>
                    </li>
                  ))}
                </ul>
              </section>
            ),
        )}
      </div>
    </nav>
  );
}
