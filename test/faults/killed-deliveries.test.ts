import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { brokenInvariants } from '../engine/invariants.ts';
import { type EngineProcess, makeHome, startEngineProcess } from '../support/engine-process.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { receiveWebhooks } from '../support/webhook-receiver.ts';

const kills = 6;
const jobsEach = 20;

let home: string;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Resolves once so many jobs have ended, wherever the messages about them are. */
async function untilEnded({ client }: EngineProcess, count: number): Promise<void> {
  let ended = 0;
  for await (const { event } of client.events({ kind: ['job'], queue: ['default'], state: ['completed'] }, null)) {
    if (event.type === 'job.completed' && ++ended >= count) return;
  }
}

test(`over ${kills} kills between ends and messages, each job’s end is told, under one id each`, { timeout: 180_000 }, async () => {
  const random = seededRandom(20261122);
  await using receiver = await receiveWebhooks();
  const ids: string[] = [];
  for (let kill = 0; kill < kills; kill++) {
    await using engine = await startEngineProcess({ home });
    const ended = untilEnded(engine, 1 + Math.floor(random() * (jobsEach - 1)));
    const jobs = Array.from({ length: jobsEach }, () => ({
      ...{ task: 'file.hash', payload: { paths: ['/etc/hostname'] }, mode: 'async' as const },
      notify: [{ type: 'webhook' as const, url: receiver.url }],
    }));
    ids.push(...(await engine.client.call('submitBatch', { body: { jobs } })).ids);
    await ended;
    await engine.kill();
  }
  await using last = await startEngineProcess({ home });
  for (const id of ids) await last.client.call('getJob', { params: { id }, query: { waitMs: 60_000 } });
  for (;;) {
    const { deliveries } = await last.client.call('listDeliveries', { query: { state: 'pending', limit: 1 } });
    const [pending] = deliveries;
    if (!pending) break;
    if (pending.runId !== null) await last.client.call('getJob', { params: { id: pending.runId }, query: { waitMs: 60_000 } });
  }
  expect(await last.stop()).toBe(0);

  const told = Map.groupBy(receiver.received, ({ body }) => body.data.job.id);
  expect([...told.keys()].sort()).toEqual([...ids].sort());
  // At least once: a kill between the answer and its commit sends the same message again, under the same id.
  for (const [id, webhooks] of told) expect(new Set(webhooks.map(({ headers }) => headers['webhook-id'])).size, id).toBe(1);
  const db = new Database(join(home, 'switchyard.db'), { readonly: true });
  expect(brokenInvariants(db)).toEqual([]);
  expect(db.prepare('SELECT state, count(*) AS n FROM deliveries GROUP BY state').all()).toEqual([{ state: 'delivered', n: ids.length }]);
  db.close();
});
