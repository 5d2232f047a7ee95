/** What a load does to a number of workers, and how many it needs: answered while one types. */

import { useCallback } from 'react';
import { navigate, useLocation } from '../../app/navigation.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { changed, draftIn, type PlanDraft, pathOf } from './plan-draft.ts';
import { planExamples } from './plan-examples.ts';
import { PlanForm } from './plan-form.tsx';
import { readDraft } from './plan-reading.ts';
import { PlanView } from './plan-view.tsx';
import styles from './planner-page.module.css';
import { useAnswer } from './use-answer.ts';
import { useMeasuredLoad } from './use-measured-load.ts';

export function PlannerPage() {
  const { query } = useLocation();
  const draft = draftIn(query);
  const task = draft.service === 'measured' && draft.task !== '' ? draft.task : null;
  const { data, error, loading, reload } = useMeasuredLoad(task);
  const measured = task === null ? null : (data ?? null);
  const reading = readDraft(draft, measured);
  const asked = 'asked' in reading ? reading.asked : null;
  const wrong = 'wrong' in reading ? reading.wrong : {};
  const { answer, problem, reckoning } = useAnswer(asked);
  // Typing leaves no steps for the back button; an example does.
  const change = useCallback((part: Partial<PlanDraft>) => navigate(pathOf(changed(draft, part)), { replace: true }), [draft]);
  const waitsForTask = task !== null && loading && data === undefined;

  return (
    <Page title="Planner" aside="How many workers, how long a wait">
      <div className={styles.planner}>
        <div className={styles.form}>
          <PlanForm draft={draft} change={change} wrong={waitsForTask ? {} : wrong} measured={measured} />
        </div>
        <div className={styles.answer}>
          {error && <ErrorNotice error={error} retry={reload} />}
          <PlanView
            answer={answer}
            problem={problem ?? (asked === null && !waitsForTask ? 'Mend what is marked on the left, and the answer follows.' : null)}
            reckoning={reckoning || waitsForTask}
          />
          <section className={styles.examples} aria-label="Examples">
            <h2 className={styles.partTitle}>Questions to begin with</h2>
            <ul>
              {planExamples.map((example) => (
                <li key={example.title}>
                  <button type="button" className={styles.example} onClick={() => navigate(pathOf(example.draft))}>
                    {example.title}
                  </button>
                </li>
              ))}
            </ul>
          </section>
        </div>
      </div>
    </Page>
  );
}
