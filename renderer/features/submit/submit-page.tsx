import { useState } from 'react';
import type { Task } from '../../../contract/resources.ts';
import { LoadExamplesButton } from '../../app/load-examples-button.tsx';
import { useLocation } from '../../app/navigation.tsx';
import { client } from '../../data/client.ts';
import { useEvents } from '../../data/live.ts';
import { useResource } from '../../data/resource.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { OwnTaskHelp } from './own-task-help.tsx';
import { SubmitForm } from './submit-form.tsx';
import styles from './submit-page.module.css';
import { TaskList } from './task-list.tsx';

export function SubmitPage() {
  const tasks = useResource('tasks', (signal) => client.call('listTasks', { signal }));
  const { query } = useLocation();
  const asked = query.get('task');
  const [helpFor, setHelpFor] = useState<string | null | false>(false);
  useEvents((event) => {
    if (event.type === 'tasks.changed') tasks.reload();
  });
  // Choosing a task puts the help away again.
  const help = helpFor !== false && helpFor === asked;

  return (
    <Page
      title="Submit a job"
      layout="fill"
      actions={
        <>
          <LoadExamplesButton />
          <Button tone="quiet" aria-pressed={help} onClick={() => setHelpFor(help ? false : asked)}>
            Add a task of your own
          </Button>
        </>
      }
    >
      {tasks.data === undefined ? (
        <div className={styles.message}>
          {tasks.error ? <ErrorNotice error={tasks.error} retry={tasks.reload} /> : <p className={styles.loading}>Loading the tasks</p>}
        </div>
      ) : (
        <div className={styles.split}>
          <TaskList tasks={tasks.data.tasks} chosen={help ? null : nameOf(chosenTask(tasks.data.tasks, asked))} />
          {help ? (
            <div className={styles.help}>
              <OwnTaskHelp />
            </div>
          ) : (
            <ChosenTask tasks={tasks.data.tasks} asked={asked} from={query.get('from')} />
          )}
        </div>
      )}
    </Page>
  );
}

function ChosenTask({ tasks, asked, from }: { tasks: readonly Task[]; asked: string | null; from: string | null }) {
  const task = chosenTask(tasks, asked);
  if (task) return <SubmitForm key={`${task.name} ${from}`} task={task} copyOf={from} />;
  return (
    <div className={styles.message}>
      <Notice tone="empty" title={asked === null ? 'There is no task' : `There is no task “${asked}”`}>
        {asked === null ? 'The engine knows no task at all.' : 'Its file may have been renamed or removed. Choose another one on the left.'}
      </Notice>
    </div>
  );
}

/** The one that the address names; without a name the first, so that the page is never empty. */
function chosenTask(tasks: readonly Task[], asked: string | null): Task | undefined {
  return asked === null ? (tasks.find(({ name }) => name === 'shell.run') ?? tasks[0]) : tasks.find(({ name }) => name === asked);
}

function nameOf(task: Task | undefined): string | null {
  return task?.name ?? null;
}
