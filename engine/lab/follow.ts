/** Hears what becomes of a run's jobs, by the event stream: one connection, whatever their number. */

import { addressOf, type Client, type Transport } from '../../contract/client.ts';
import type { EngineEvent } from '../../contract/events.ts';
import { readServerSentEvents } from '../../contract/sse.ts';
import { jobStates } from '../../contract/states.ts';
import type { ModeTally } from '../../lab/mode-tally.ts';

/** Those that tell of starts and ends; that a job stands in line is known from its answer. */
const states = jobStates.filter((state) => state !== 'available' && state !== 'scheduled');
/** Jobs of one page, when events were missed. */
const pageJobs = 500;

/** Resolves once it listens; it ends with the engine. */
export async function follow({ transport, client }: { transport: Transport; client: Client }, tally: ModeTally): Promise<void> {
  const address = addressOf('followEvents', {}, { kind: ['job'], state: states });
  const response = await transport(address, { method: 'GET', headers: { accept: 'text/event-stream' } });
  if (!response.body) throw new Error('the event stream has no body');
  const events = readServerSentEvents(response.body);
  const listen = async () => {
    for await (const { data } of events) {
      const event = JSON.parse(data) as EngineEvent;
      if (event.type === 'reset') await catchUp(client, tally);
      else if ('job' in event) tally.hear(event.type, Date.parse(event.at), event.job);
    }
  };
  // The engine is gone: whoever started it is told.
  listen().catch(() => {});
}

/** Events were dropped, as this reader was too slow for them: the ends are looked up. */
async function catchUp(client: Client, tally: ModeTally): Promise<void> {
  for (let cursor: string | undefined; ; ) {
    const page = await client.call('listJobs', { query: { limit: pageJobs, ...(cursor === undefined ? {} : { cursor }) } });
    for (const job of page.jobs) {
      const { state, finishedAt } = job;
      if (finishedAt === null || (state !== 'completed' && state !== 'dead' && state !== 'cancelled')) continue;
      tally.hear(`job.${state}`, Date.parse(finishedAt), job);
    }
    if (page.next === null) return;
    cursor = page.next;
  }
}
