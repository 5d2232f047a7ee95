import { type BuiltEngine, startBuiltEngine } from './built-engine.ts';

const batch = 5_000;

/** Fills a queue through the API, in batches. @param job what each of them is */
export async function seedJobs(engine: BuiltEngine, count: number, job: (index: number) => object): Promise<void> {
  for (let from = 0; from < count; from += batch) {
    const jobs = Array.from({ length: Math.min(batch, count - from) }, (_, index) => job(from + index));
    const { status, body } = await engine.ask('POST', '/v1/jobs/batch', { jobs });
    if (status !== 202) throw new Error(`The batch was refused with ${status}: ${JSON.stringify(body)}`);
  }
}

/** A backlog that does not drain: a paused queue's. */
export async function seedBacklog(engine: BuiltEngine, count: number): Promise<void> {
  await engine.ask('PUT', '/v1/queues/backlog', { paused: true });
  await seedJobs(engine, count, () => ({ task: 'empty', mode: 'async', queue: 'backlog' }));
}

/** What an engine leaves in its home that got a backlog and was stopped in peace. */
export async function leaveBacklog(home: string, count: number, log: (line: string) => void): Promise<void> {
  await using engine = await startBuiltEngine(home);
  log(`seeding ${count.toLocaleString('en')} jobs`);
  await seedBacklog(engine, count);
  await engine.stop();
}
