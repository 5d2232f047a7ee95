import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { brokenInvariants } from '../engine/invariants.ts';
import { type EngineProcess, makeHome, startEngineProcess } from '../support/engine-process.ts';
import { seededRandom } from '../support/seeded-random.ts';

const kills = 5;
const count = 500;

let home: string;
beforeEach(async () => {
  home = await makeHome();
  mkdirSync(join(home, 'tasks'), { recursive: true });
  writeFileSync(join(home, 'tasks', 'step.js'), step);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Sums what its parents gave; some fail for good until they are mended. */
const step = `export default {
  lane: 'io', retry: { maxAttempts: 30, baseMs: 10 },
  run(payload, task) {
    if (payload.fails) throw task.failForGood('as it was to');
    return Object.values(task.parents).reduce((most, depth) => Math.max(most, depth), 0) + 1;
  },
};`;

async function untilEnded({ client }: EngineProcess, id: string, more: number): Promise<void> {
  let ended = 0;
  if ((await client.call('getWorkflow', { params: { id } })).state !== 'running') return;
  for await (const { event } of client.events({ kind: ['job', 'workflow'], workflow: [id] }, null)) {
    if (event.type === 'job.completed' && ++ended >= more) return;
    if (event.type === 'workflow.changed' && event.workflow.state !== 'running') return;
  }
}

test(`${count} jobs that wait for each other end once each, over ${kills} kills, and with what their parents gave`, {
  timeout: 180_000,
}, async () => {
  const random = seededRandom(20260131);
  const jobs = Array.from({ length: count }, (_, n) => ({
    name: `j${n}`,
    task: 'step',
    payload: { fails: random() < 0.02 },
    dependsOn: [...new Set(n === 0 ? [] : [Math.floor(random() * n), Math.max(0, n - 1 - Math.floor(random() * 6))])].map((parent) => ({
      job: `j${parent}`,
      onFailure: 'continue' as const,
    })),
  }));
  let first: EngineProcess | null = await startEngineProcess({ home });
  const { id } = await first.client.call('submitWorkflow', { body: { jobs } });
  for (let kill = 0; kill < kills; kill++) {
    await using engine: EngineProcess = first ?? (await startEngineProcess({ home }));
    first = null;
    await untilEnded(engine, id, 1 + Math.floor(random() * 60));
    await (random() < 0.25 ? engine.stop() : engine.kill());
  }
  await using last = await startEngineProcess({ home });
  await untilEnded(last, id, count);
  const workflow = await last.client.call('getWorkflow', { params: { id }, query: { waitMs: 60_000 } });
  expect(await last.stop()).toBe(0);

  const depths = new Map<string, number>();
  for (const { name, payload, dependsOn } of jobs) {
    const deepest = dependsOn.reduce((most, { job }) => Math.max(most, depths.get(job) ?? 0), 0);
    if (!payload.fails) depths.set(name, deepest + 1);
  }
  const db = new Database(join(home, 'switchyard.db'), { readonly: true });
  expect(brokenInvariants(db)).toEqual([]);
  const results = db
    .prepare<[], { name: string; state: string; result: string | null }>(
      'SELECT name, state, result FROM workflow_jobs JOIN jobs USING (seq)',
    )
    .all();
  db.close();
  expect(workflow.state).toBe('failed');
  expect(Object.fromEntries(results.map(({ name, state, result }) => [name, result === null ? state : Number(result)]))).toEqual(
    Object.fromEntries(jobs.map(({ name }) => [name, depths.get(name) ?? 'dead'])),
  );
});
