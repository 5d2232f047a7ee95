import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { brokenInvariants } from '../engine/invariants.ts';
import { type EngineProcess, makeHome, startEngineProcess } from '../support/engine-process.ts';
import { seededRandom } from '../support/seeded-random.ts';

const kills = 12;
const callers = 8;
/** Some end before they are written, some after, some never. */
const longestMs = 12;

let home: string;
beforeEach(async () => {
  home = await makeHome();
  mkdirSync(join(home, 'tasks'), { recursive: true });
  writeFileSync(
    join(home, 'tasks', 'short.js'),
    `export default {
       lane: 'io',
       run: ({ ms }, task) => (ms === 0 ? task.jobId : new Promise((resolve) => setTimeout(resolve, ms, task.jobId))),
     };`,
  );
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test(`an engine that is killed ${kills} times among sync calls keeps each that it answered, and knows none twice`, {
  timeout: 240_000,
}, async () => {
  const random = seededRandom(20260607);
  const answered = new Set<string>();

  async function callUntilKilled(engine: EngineProcess, more: number): Promise<void> {
    const enough = answered.size + more;
    let killed: Promise<void> | null = null;
    const caller = async () => {
      while (!killed) {
        const ms = Math.floor(random() * longestMs);
        try {
          const { id, state, result } = await engine.client.call('submitJob', { body: { task: 'short', mode: 'sync', payload: { ms } } });
          expect([state, result]).toEqual(['completed', id]);
          answered.add(id);
        } catch (error) {
          // Nothing was promised of a call that broke off.
          if (!killed) throw error;
        }
        if (answered.size >= enough) killed ??= engine.kill();
      }
    };
    await Promise.all(Array.from({ length: callers }, caller));
    await killed;
  }

  for (let kill = 0; kill < kills; kill++) {
    await using engine = await startEngineProcess({ home });
    await engine.client.call('getTask', { params: { name: 'short' } });
    await callUntilKilled(engine, 5 + Math.floor(random() * 60));
  }

  await using engine = await startEngineProcess({ home });
  for (const id of answered)
    expect(await engine.client.call('getJob', { params: { id } })).toMatchObject({ state: 'completed', result: id });
  const { counts } = await engine.client.call('getStats', {});
  expect(await engine.stop()).toBe(0);
  // What was written and not answered is dead, as its callers heard nothing; the rest was never there.
  expect(counts).toMatchObject({ available: 0, executing: 0, retryable: 0, cancelled: 0 });
  expect(counts.completed).toBeGreaterThanOrEqual(answered.size);
  const db = new Database(join(home, 'switchyard.db'), { readonly: true });
  expect(brokenInvariants(db)).toEqual([]);
  const errors = db.prepare<[], string>("SELECT DISTINCT error ->> 'name' FROM jobs WHERE state = 'dead'").pluck().all();
  db.close();
  expect(errors.filter((name) => name !== 'EngineDied')).toEqual([]);
});
