/** One step: what is about to happen, the request as it goes to the engine, and what came of it. */

import { useEffect, useRef, useState } from 'react';
import { useConnection } from '../../data/live.ts';
import { Button } from '../../ui/button.tsx';
import { formatDuration } from '../../ui/format.ts';
import { ErrorNotice } from '../../ui/notice.tsx';
import { TourOutcome } from './tour-outcome.tsx';
import { goTo, stepAfter } from './tour-progress.ts';
import styles from './tour-step-view.module.css';
import type { TourStep } from './tour-steps.ts';
import { tourStep } from './tour-steps.ts';
import type { SentRequest } from './tour-timings.ts';
import { useTourRequest } from './use-tour-request.ts';

type TourStepViewProps = { step: TourStep; request: SentRequest | undefined };

export function TourStepView({ step, request }: TourStepViewProps) {
  const { sendingSince, error, send } = useTourRequest(step);
  const offline = useConnection() === 'offline';
  const title = useRef<HTMLHeadingElement>(null);
  // A step that is gone to is read out from its title on.
  useEffect(() => title.current?.focus(), []);
  const next = stepAfter(step.id);
  const goOn = useRef<HTMLButtonElement>(null);
  const sent = request !== undefined;
  const sending = sendingSince !== null;
  const sentBefore = useRef(sending);
  // The button that was pressed could not keep the focus while it was busy: it goes on to what is likely pressed next.
  useEffect(() => {
    if (sentBefore.current && !sending && document.activeElement === document.body) goOn.current?.focus();
    sentBefore.current = sending;
  }, [sending]);
  return (
    <article className={styles.step} aria-labelledby="tour-step">
      <h2 className={styles.title} id="tour-step" tabIndex={-1} ref={title}>
        {step.title}
      </h2>
      <p className={styles.lead}>{step.lead}</p>
      <figure className={styles.request}>
        <figcaption>POST /v1/jobs</figcaption>
        <code>{JSON.stringify(step.submission)}</code>
      </figure>
      <div className={styles.bar}>
        <Button tone={sent ? 'default' : 'primary'} icon="play" busy={sending} disabled={offline} onClick={send}>
          {sent ? 'Send it again' : 'Send the request'}
        </Button>
        <Button tone={sent && !sending ? 'primary' : 'quiet'} onClick={() => goTo(next)} ref={goOn}>
          {nextLabel(next, sent)}
        </Button>
        {offline && <span className={styles.quiet}>The engine is away. The tour goes on as soon as it is back.</span>}
        {sendingSince !== null && <Waiting key={sendingSince} since={sendingSince} />}
      </div>
      {error && <ErrorNotice error={error} retry={send} />}
      {request && !sending && (
        <section className={styles.outcome} aria-label="What happened">
          <TourOutcome step={step} request={request} />
        </section>
      )}
    </article>
  );
}

function nextLabel(next: TourStep['id'] | 'end', sent: boolean): string {
  const name = next === 'end' ? 'Side by side' : tourStep(next).name;
  return sent ? `Next: ${name}` : `Skip to: ${name}`;
}

/** An answer that comes at once should not flash a line that says it is waited for. */
const quietMs = 250;

function Waiting({ since }: { since: number }) {
  const [ms, setMs] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setMs(performance.now() - since), 100);
    return () => clearInterval(timer);
  }, [since]);
  return ms < quietMs ? null : <span className={styles.quiet}>Waiting for the answer, {formatDuration(ms)}</span>;
}
