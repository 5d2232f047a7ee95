/** One request in each mode, on this engine: what the caller felt, when the work was done, and why. */

import { navigate } from '../../app/navigation.tsx';
import { useExampleLoading, useExamples } from '../../data/examples.ts';
import { useConnection } from '../../data/live.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { TourEnd } from './tour-end.tsx';
import styles from './tour-page.module.css';
import { putAway, startOver, useProgress } from './tour-progress.ts';
import { TourStart } from './tour-start.tsx';
import { TourStepList } from './tour-step-list.tsx';
import { TourStepView } from './tour-step-view.tsx';
import { tourStep, tourStepIds, tourTasks } from './tour-steps.ts';

export function TourPage() {
  const progress = useProgress();
  const { at, sent } = progress;
  const where = at === null || at === 'end' ? null : `Step ${tourStepIds.indexOf(at) + 1} of ${tourStepIds.length}`;
  const leave = () => {
    putAway();
    navigate('/overview');
  };
  return (
    <Page
      title="Tour"
      aside={where}
      actions={
        at !== null && (
          <>
            <Button tone="quiet" icon="undo" onClick={startOver}>
              Start over
            </Button>
            <Button tone="quiet" icon="close" onClick={leave}>
              Put away
            </Button>
          </>
        )
      }
    >
      <div className={styles.columns}>
        <TourStepList progress={progress} />
        <div className={styles.content}>
          <TourContent at={at} sent={sent} />
        </div>
      </div>
    </Page>
  );
}

function TourContent({ at, sent }: Pick<ReturnType<typeof useProgress>, 'at' | 'sent'>) {
  const examples = useExamples();
  const loading = useExampleLoading(examples);
  const offline = useConnection() === 'offline';
  if (at === 'end') return <TourEnd sent={sent} />;
  if (!examples.data) {
    if (!examples.error) return <p className={styles.quiet}>Looking for the example tasks</p>;
    if (!offline) return <ErrorNotice error={examples.error} retry={examples.reload} />;
    return (
      <Notice tone="empty" title="The engine is away">
        The tour runs on the engine itself. It begins as soon as the engine is back.
      </Notice>
    );
  }
  const needed = examples.data.filter(({ name }) => tourTasks.includes(name));
  if (at === null) return <TourStart examples={needed} loading={loading} />;
  const step = tourStep(at);
  const absent = needed.some(({ name, state }) => name === step.submission.task && state === 'absent');
  if (absent && sent[at] === undefined) {
    return (
      <Notice
        tone="warning"
        title={`The task ${step.submission.task} is not there`}
        action={
          <Button tone="primary" busy={loading.busy} onClick={() => loading.load(tourTasks)}>
            Load it
          </Button>
        }
      >
        This step sends a request to it. It is one of the examples that come with Switchyard.
      </Notice>
    );
  }
  return <TourStepView key={at} step={step} request={sent[at]} />;
}
