import type { BuiltEngine } from './built-engine.ts';
import { seedJobs } from './seed-jobs.ts';

/** What reads look for. */
export const readPart = { common: 'newsletter', rare: 'audit', rareText: 'marguerite' } as const;

const rareEvery = 100_000;
const cancelled = 200;

/** Waiting and delayed jobs that do not drain, with payloads and tags to look for, and a few in a state of their own. */
export async function seedReadable(engine: BuiltEngine, count: number): Promise<void> {
  await engine.ask('PUT', '/v1/queues/backlog', { paused: true });
  await seedJobs(engine, cancelled, () => ({ task: 'empty', mode: 'async', queue: 'backlog' }));
  const { status } = await engine.ask('POST', '/v1/jobs/actions', { action: 'cancel', filter: { queue: ['backlog'] } });
  if (status !== 202) throw new Error(`The jobs were not cancelled: ${status}`);
  await seedJobs(engine, count, (index) => ({
    ...{ task: 'empty', mode: 'async', queue: 'backlog' },
    // In the middle of each stretch, so that a search from either end has to go some way.
    payload: { customer: `customer ${index}`, note: index % rareEvery === rareEvery / 2 ? readPart.rareText : 'nothing in particular' },
    tags: [...(index % 10 === 0 ? [readPart.common] : []), ...(index % rareEvery === rareEvery / 2 ? [readPart.rare] : [])],
    ...(index % 10 === 5 ? { delayMs: 86_400_000 } : {}),
  }));
}
