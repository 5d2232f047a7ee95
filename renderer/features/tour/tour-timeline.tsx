/** The caller's time and the work's beneath each other on one scale, as they were measured; what goes on still grows. */

import { useEffect, useState } from 'react';
import type { Job } from '../../../contract/job.ts';
import { formatDuration } from '../../ui/format.ts';
import styles from './tour-timeline.module.css';
import type { SentRequest, Span } from './tour-timings.ts';
import { spansOf } from './tour-timings.ts';

const growEveryMs = 100;

type TourTimelineProps = { request: SentRequest; job: Job | undefined; rollback: Job | undefined };

export function TourTimeline({ request, job, rollback }: TourTimelineProps) {
  const [now, setNow] = useState(() => Date.now());
  const spans = spansOf(request, job, rollback, now);
  const open = spans.some((span) => span.open);
  useEffect(() => {
    if (!open) return;
    const timer = setInterval(() => setNow(Date.now()), growEveryMs);
    return () => clearInterval(timer);
  }, [open]);

  const wholeMs = Math.max(1, ...spans.map(({ toMs }) => toMs));
  const ofWork = spans.filter(({ kind }) => kind === 'work' || kind === 'waiting');
  const ofRollback = spans.filter(({ kind }) => kind === 'rollback');
  return (
    <dl className={styles.timeline}>
      <Row name="You waited" spans={spans.filter(({ kind }) => kind === 'caller')} wholeMs={wholeMs} />
      {ofWork.length > 0 && <Row name="The work" spans={ofWork} wholeMs={wholeMs} />}
      {ofRollback.length > 0 && <Row name="The rollback" spans={ofRollback} wholeMs={wholeMs} />}
    </dl>
  );
}

function Row({ name, spans, wholeMs }: { name: string; spans: readonly Span[]; wholeMs: number }) {
  return (
    <div className={styles.row}>
      <dt className={styles.name}>{name}</dt>
      <dd className={styles.value}>
        <span className={styles.track} aria-hidden="true">
          {spans.map(({ kind, fromMs, toMs, open }) => (
            <span
              key={kind}
              className={styles.span}
              data-kind={kind}
              data-open={open || undefined}
              style={{ left: `${(fromMs / wholeMs) * 100}%`, width: `${((toMs - fromMs) / wholeMs) * 100}%` }}
            />
          ))}
        </span>
        <span className={styles.words}>{wordsOf(spans)}</span>
      </dd>
    </div>
  );
}

function wordsOf(spans: readonly Span[]): string {
  return spans
    .map(({ kind, fromMs, toMs, open }) => {
      const took = formatDuration(toMs - fromMs);
      if (kind === 'caller') return took;
      if (kind === 'waiting') return `${took} in line`;
      return open ? `runs for ${took}` : `ran ${took}, done after ${formatDuration(toMs)}`;
    })
    .join(', ');
}
