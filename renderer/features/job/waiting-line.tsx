import type { Job } from '../../../contract/job.ts';
import { Link } from '../../app/navigation.tsx';
import { client } from '../../data/client.ts';
import { isJobEvent } from '../../data/live.ts';
import { useReloadOn } from '../../data/reload-on.ts';
import { useResource } from '../../data/resource.ts';
import { whyItWaits } from './why-it-waits.ts';

/** Of a job that is due: what it waits for. Read anew as other jobs come and go. */
export function WaitingLine({ job }: { job: Job }) {
  const { queue, task } = job;
  const found = useResource(`waiting ${queue} ${task}`, async (signal) => {
    const [read, known, stats] = await Promise.all([
      client.call('getQueue', { params: { name: queue }, signal }),
      // A task whose file is gone still has jobs.
      client.call('getTask', { params: { name: task }, signal }).catch(() => undefined),
      client.call('getStats', { signal }),
    ]);
    return { queue: read, task: known, counts: stats.tasks[task] };
  });
  useReloadOn(
    found.reload,
    (event) => event.type === 'queue.changed' || event.type === 'tasks.changed' || (isJobEvent(event) && event.type !== 'job.progress'),
    2_000,
  );
  const { text, to } = whyItWaits(job, found.data?.queue, found.data?.task, found.data?.counts);
  return (
    <p>
      {text} {to && <Link to={to.path}>{to.label}</Link>}
    </p>
  );
}
