/** The numbers behind the charts: read for the chosen span, and in the shortest one told every second. */

import { useEffect, useState } from 'react';
import type { SeriesPoint } from '../../../contract/resources.ts';
import { client } from '../../data/client.ts';
import { useEvents } from '../../data/live.ts';
import type { Resource } from '../../data/resource.ts';
import { useResource } from '../../data/resource.ts';

export const spans = [
  { value: '5m', label: '5 min', ms: 300_000, stepMs: 1_000 },
  { value: '1h', label: '1 h', ms: 3_600_000, stepMs: 15_000 },
  { value: '24h', label: '24 h', ms: 86_400_000, stepMs: 300_000 },
] as const;
export type Span = (typeof spans)[number];

type Points = { stepMs: number; points: readonly SeriesPoint[] };

export function useSeries(span: Span): Resource<Points> {
  const resource = useResource(`series ${span.value}`, async (signal): Promise<Points> => {
    const to = Math.floor(Date.now() / span.stepMs) * span.stepMs;
    const query = { from: new Date(to - span.ms).toISOString(), to: new Date(to).toISOString(), stepMs: String(span.stepMs) };
    const { stepMs, points } = await client.call('getSeries', { query, signal });
    return { stepMs, points };
  });
  const { data, reload } = resource;
  const [told, setTold] = useState<{ since: Points | undefined; points: readonly SeriesPoint[] }>({ since: undefined, points: [] });
  const live = data?.stepMs === 1_000;

  useEvents((event) => {
    if (event.type !== 'stats' || !live) return;
    setTold((before) => {
      const points = before.since === data ? before.points : (data?.points ?? []);
      const last = points.at(-1)?.at ?? '';
      const oldest = new Date(Date.parse(event.point.at) - span.ms).toISOString();
      // The second in which the series was read may come a second time.
      return { since: data, points: event.point.at > last ? [...points.filter(({ at }) => at > oldest), event.point] : points };
    });
  });

  useEffect(() => {
    if (span.stepMs === 1_000) return;
    const timer = setInterval(reload, Math.min(span.stepMs, 60_000));
    return () => clearInterval(timer);
  }, [span, reload]);

  return { ...resource, data: data && told.since === data && live ? { ...data, points: told.points } : data };
}
