import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { brokenInvariants } from '../engine/invariants.ts';
import { type EngineProcess, makeHome, startEngineProcess } from '../support/engine-process.ts';
import { seededRandom } from '../support/seeded-random.ts';

const kills = 12;
const jobsEach = 12;

let home: string;
let ledger: string;
beforeEach(async () => {
  home = await makeHome();
  ledger = join(home, 'ledger.txt');
  mkdirSync(join(home, 'tasks'), { recursive: true });
  // Always fails; its rollback fails once, takes its time and says on the ledger that it is through.
  writeFileSync(
    join(home, 'tasks', 'promise.js'),
    `import { appendFileSync } from 'node:fs';
     const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
     export default {
       lane: 'io', retry: { maxAttempts: 4, baseMs: 10, jitter: 0 },
       predict: ({ n }) => ({ n }),
       async run({ ms }, task) { await pause(ms); throw task.failForGood('it always fails'); },
       async rollback({ ms }, task) {
         await pause(ms);
         if (task.attempt === 1) throw new Error('not yet');
         appendFileSync(${JSON.stringify(ledger)}, task.compensates.jobId + ' ' + task.compensates.optimistic.n + ' ' + task.jobId + '\\n');
       },
     };`,
  );
  writeFileSync(ledger, '');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Resolves at the first event of the kind that comes now: kills fall before, between and amid failures and rollbacks. */
async function untilHeard({ client }: EngineProcess, type: string, times: number): Promise<void> {
  let heard = 0;
  for await (const { event } of client.events({ kind: ['job'] }, null)) if (event.type === type && ++heard >= times) return;
}

test(`${kills} kills amid failures and rollbacks: each failed promise is taken back by one job, to its end`, {
  timeout: 240_000,
}, async () => {
  const random = seededRandom(20260214);
  const moments = ['job.dead', 'job.created', 'job.retrying', 'job.started', 'job.compensated'];
  const promises = new Map<string, number>();
  for (let kill = 0; kill < kills; kill++) {
    await using engine = await startEngineProcess({ home });
    const heard = untilHeard(engine, moments[kill % moments.length] ?? '', 1 + Math.floor(random() * 6));
    for (let made = 0; made < jobsEach; made++) {
      const n = promises.size;
      const job = await engine.client.call('submitJob', {
        body: { task: 'promise', mode: 'hybrid', payload: { n, ms: Math.floor(random() * 60) } },
      });
      expect(job.optimistic).toEqual({ n });
      promises.set(job.id, n);
    }
    await heard;
    await engine.kill();
  }
  await using last = await startEngineProcess({ home });
  for (const id of promises.keys()) {
    const failed = await last.client.call('getJob', { params: { id }, query: { waitMs: 60_000 } });
    const by = failed.compensation?.jobId ?? '';
    expect(failed).toMatchObject({ state: 'dead', compensation: { state: expect.any(String), jobId: expect.any(String) } });
    expect(await last.client.call('getJob', { params: { id: by }, query: { waitMs: 60_000 } })).toMatchObject({
      state: 'completed',
      compensates: id,
    });
    expect((await last.client.call('getJob', { params: { id } })).compensation).toEqual({ state: 'compensated', jobId: by });
  }
  expect(await last.stop()).toBe(0);

  const db = new Database(join(home, 'switchyard.db'), { readonly: true });
  expect(brokenInvariants(db)).toEqual([]);
  expect(db.prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(2 * promises.size);
  db.close();
  // Effects happen at least once, and never by another job than the one that is kept.
  const lines = readFileSync(ledger, 'utf8').trimEnd().split('\n');
  const said = new Map(lines.map((line) => [line.split(' ')[0] ?? '', line]));
  expect(new Set(lines)).toEqual(new Set(said.values()));
  expect([...said.keys()].sort()).toEqual([...promises.keys()].sort());
  for (const [id, n] of promises) expect(said.get(id)?.split(' ')[1]).toBe(String(n));
});
