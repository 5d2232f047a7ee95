/** The caller's time and the work's beneath each other on one scale, as they were measured; what goes on still grows. */

import { useEffect, useState } from 'react';
import { formatDuration } from '../../ui/format.ts';
import styles from './tour-timeline.module.css';
import type { SentRequest, Span, TimedJob } from './tour-timings.ts';
import { callerSpan, originOf, spansOf } from './tour-timings.ts';

const growEveryMs = 100;

type TourTimelineProps = { request: SentRequest; job: TimedJob; rollback: TimedJob | undefined };

export function TourTimeline({ request, job, rollback }: TourTimelineProps) {
  const [now, setNow] = useState(() => Date.now());
  const origin = originOf(request, job);
  const rows = [
    { name: 'You waited', spans: [callerSpan(request)] },
    { name: 'The work', spans: spansOf(job, origin, now) },
    ...(rollback ? [{ name: 'The rollback', spans: spansOf(rollback, origin, now) }] : []),
  ];
  const all = rows.flatMap(({ spans }) => spans);
  const open = all.some((span) => span.open);
  useEffect(() => {
    if (!open) return;
    const timer = setInterval(() => setNow(Date.now()), growEveryMs);
    return () => clearInterval(timer);
  }, [open]);

  const wholeMs = Math.max(1, ...all.map(({ toMs }) => toMs));
  return (
    <dl className={styles.timeline}>
      {rows.map(({ name, spans }) => (
        <div key={name} className={styles.row}>
          <dt className={styles.name}>{name}</dt>
          <dd className={styles.value}>
            <span className={styles.track} aria-hidden="true">
              {spans.map(({ kind, fromMs, toMs, open: grows }) => (
                <span
                  key={kind}
                  className={styles.span}
                  data-kind={kind}
                  data-open={grows || undefined}
                  style={{ left: `${(fromMs / wholeMs) * 100}%`, width: `${((toMs - fromMs) / wholeMs) * 100}%` }}
                />
              ))}
            </span>
            <span>{wordsOf(spans)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function wordsOf(spans: readonly Span[]): string {
  return spans
    .map(({ kind, fromMs, toMs, open }) => {
      const took = formatDuration(toMs - fromMs);
      if (kind === 'caller') return took;
      if (kind === 'waiting') return `${took} in line`;
      if (open) return `runs for ${took}`;
      return `ran ${took}, ${kind === 'failed' ? 'failed' : 'done'} after ${formatDuration(toMs)}`;
    })
    .join(', ');
}
