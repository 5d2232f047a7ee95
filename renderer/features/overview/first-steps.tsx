/** The overview of a home in which nothing has run yet: the built-in tasks to try, and the other two ways in. */

import { Link } from '../../app/navigation.tsx';
import { client } from '../../data/client.ts';
import { useResource } from '../../data/resource.ts';
import { Icon } from '../../ui/icon.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { Section } from '../../ui/page.tsx';
import styles from './first-steps.module.css';

function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text;
}

export function FirstSteps() {
  const { data, error, reload } = useResource('tasks', (signal) => client.call('listTasks', { signal }));
  const info = useResource('info', (signal) => client.call('getInfo', { signal })).data;
  const tasks = data?.tasks.filter((task) => task.error === null) ?? [];
  return (
    <>
      <div className={styles.welcome}>
        <h2 className={styles.title}>Nothing has run here yet</h2>
        <p className={styles.text}>Give the engine a first job. Each of these opens its form, with an example to fill it in.</p>
        {error && !data && <ErrorNotice error={error} retry={reload} />}
        <ul className={styles.tasks}>
          {tasks.map(({ name, title, description }) => (
            <li key={name}>
              <Link to={`/submit?task=${encodeURIComponent(name)}`} className={styles.task}>
                <span className={styles.name}>{title === '' ? name : title}</span>
                <span className={styles.description}>{firstSentence(description)}</span>
                <code className={styles.code}>{name}</code>
                <Icon name="chevron" size={14} />
              </Link>
            </li>
          ))}
        </ul>
      </div>
      <Section title="Or from elsewhere">
        <dl className={styles.ways}>
          <dt>A terminal</dt>
          <dd>
            <code>{`switchyard submit shell.run --payload '{"command":"node","args":["--version"]}' --wait`}</code>
          </dd>
          <dt>A program</dt>
          <dd>
            <code>{`POST /v1/jobs   {"task":"shell.run","payload":{"command":"node","args":["--version"]}}`}</code>
          </dd>
          <dt>A task of your own</dt>
          <dd>
            one file in <code>{info ? `${info.home}/tasks` : 'the home’s tasks folder'}</code>, used from the next job on
          </dd>
        </dl>
      </Section>
    </>
  );
}
