import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isFinal } from '../../contract/states.ts';
import { slotAtOf } from '../../engine/store/schedule-slot.ts';
import { brokenInvariants } from '../engine/invariants.ts';
import { type EngineProcess, makeHome, startEngineProcess } from '../support/engine-process.ts';
import { seededRandom } from '../support/seeded-random.ts';

const kills = 8;

let home: string;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Follows the event stream until the schedule has made so many more jobs. */
async function untilRan({ client }: EngineProcess, id: string, more: number): Promise<void> {
  let ran = 0;
  for await (const { event } of client.events({ kind: ['schedule'] }, null)) {
    if (event.type === 'schedule.ran' && event.schedule.id === id && ++ran >= more) return;
  }
}

test(`${kills} kills lose no slot of schedules that fire each second and more often, and double none`, { timeout: 300_000 }, async () => {
  const random = seededRandom(20261025);
  const base = { task: 'shell.run', payload: { command: 'true' }, missed: 'all', overlap: 'queue' } as const;
  let first: EngineProcess | null = await startEngineProcess({ home });
  const secondly = await first.client.call('makeSchedule', { body: { ...base, cron: '* * * * * *', timeZone: 'UTC' } });
  const often = await first.client.call('makeSchedule', { body: { ...base, everyMs: 250 } });
  for (let kill = 0; kill < kills; kill++) {
    await using engine: EngineProcess = first ?? (await startEngineProcess({ home }));
    first = null;
    await untilRan(engine, often.id, 1 + Math.floor(random() * 8));
    await (random() < 0.25 ? engine.stop() : engine.kill());
  }
  await using last = await startEngineProcess({ home });
  await untilRan(last, secondly.id, 1);
  for (const { id } of [secondly, often]) await last.client.call('patchSchedule', { params: { id }, body: { paused: true } });
  for (const { id } of [secondly, often]) {
    const { jobs } = await last.client.call('listScheduleJobs', { params: { id }, query: { limit: 1 } });
    // On a busy machine they have fallen behind; one call waits for no more than a minute.
    const params = { id: jobs[0]?.id ?? '' };
    while (!isFinal((await last.client.call('getJob', { params, query: { waitMs: 60_000 } })).state));
  }
  expect(await last.stop()).toBe(0);

  const db = new Database(join(home, 'switchyard.db'), { readonly: true });
  expect(brokenInvariants(db)).toEqual([]);
  const slots = (id: string) =>
    db
      .prepare<[string], string>('SELECT schedule_slot FROM jobs WHERE schedule_slot LIKE ? ORDER BY seq')
      .pluck()
      .all(`${id}@%`)
      .map(slotAtOf);
  const made = { secondly: slots(secondly.id), often: slots(often.id) };
  const created = db
    .prepare<[], number>('SELECT count(*) FROM jobs WHERE created_at < CAST(substr(schedule_slot, 38) AS INTEGER)')
    .pluck()
    .get();
  const states = db.prepare<[], string>('SELECT DISTINCT state FROM jobs').pluck().all();
  db.close();
  for (const [found, step] of [
    [made.secondly, 1_000],
    [made.often, 250],
  ] as const) {
    expect(found.length).toBeGreaterThan(kills);
    expect(found).toEqual(Array.from({ length: found.length }, (_, n) => (found[0] ?? 0) + n * step));
  }
  expect(made.secondly[0], 'the very first slot').toBe(Date.parse(secondly.nextRuns[0] ?? ''));
  expect(created, 'jobs made before their slot').toBe(0);
  // Dead: one that was at the head of its line in three kills.
  expect(states.filter((state) => state !== 'dead')).toEqual(['completed']);
});
