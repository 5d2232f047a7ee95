/** Before the first request: what the tour does, and which tasks it puts into the home for it. */

import type { Example } from '../../../contract/example.ts';
import type { ExampleLoading } from '../../data/examples.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { goTo } from './tour-progress.ts';
import styles from './tour-start.module.css';
import { tourStepIds, tourTasks } from './tour-steps.ts';

type TourStartProps = { examples: readonly Example[]; loading: ExampleLoading };

export function TourStart({ examples, loading }: TourStartProps) {
  const absent = examples.filter(({ state }) => state === 'absent');
  const changed = examples.filter(({ state }) => state === 'changed');
  const begin = async () => {
    if ((await loading.load(tourTasks)) === null) goTo(tourStepIds[0]);
  };
  return (
    <article className={styles.start} aria-labelledby="tour-start">
      <h2 className={styles.title} id="tour-start">
        One request in each mode, in two minutes
      </h2>
      <p className={styles.text}>
        When is a request answered at once, and when is it queued? You send {tourStepIds.length} of them to this engine, and after each one
        see what its caller felt, when the work was done, and why. These are real jobs: each can be opened, and all are kept like any other.
        You may leave at any time; the tour goes on where you left it.
      </p>
      <h3 className={styles.heading}>
        {absent.length === 0 ? 'It runs on these example tasks' : 'It runs on these example tasks, which are put into your tasks folder'}
      </h3>
      <dl className={styles.tasks}>
        {examples.map(({ name, title, description, state }) => (
          <div key={name} className={styles.task}>
            <dt>{title}</dt>
            <dd>
              {description}
              {state === 'changed' && <span className={styles.changed}> You have changed it; your version stays, and is what runs.</span>}
            </dd>
          </div>
        ))}
      </dl>
      <div className={styles.bar}>
        <Button tone="primary" icon="play" busy={loading.busy} onClick={begin}>
          {absent.length === 0 ? 'Begin' : `Load ${absent.length === 1 ? '1 task' : `${absent.length} tasks`} and begin`}
        </Button>
        {changed.length > 0 && <span className={styles.quiet}>Nothing that you changed is replaced.</span>}
      </div>
      {loading.error && <ErrorNotice error={loading.error} retry={begin} />}
    </article>
  );
}
