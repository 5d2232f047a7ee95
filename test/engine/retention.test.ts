import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { defaultRetention, patchRetention } from '../../contract/retention.ts';
import { excessOf, isOverSize, pagesToGiveBack, usedBytes } from '../../engine/queue/retention-rules.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { underStillClock } from './still-clock.ts';

const minute = 60_000;
const mebibyte = 1024 ** 2;

let rig: QueueRig;
/** As long as a busy machine takes. */
const until = <Value>(found: () => Promise<Value>) => vi.waitUntil(found, { timeout: 20_000, interval: 5 });
underStillClock(() => rig, Date.UTC(2026, 0, 31, 12, 0, 0));
beforeEach(async () => {
  rig = await openQueueRig();
});

const ids = () => rig.db.prepare<[], number>('SELECT seq FROM jobs ORDER BY seq').pluck().all();
const counts = async () => (await rig.backend.stats()).counts;

/** Resolves once so many jobs are left; a sweep is many turns. */
async function untilLeft(jobs: number): Promise<void> {
  const left = rig.db.prepare<[], number>('SELECT count(*) FROM jobs').pluck();
  await until(async () => {
    await rig.turn();
    return left.get() === jobs;
  });
}

/** Jobs that end one after the other, a second between them. */
async function end(states: ('completed' | 'dead' | 'cancelled')[], more: { result?: string; payload?: Record<string, string> } = {}) {
  for (const state of states) {
    const { id } = await rig.add(state === 'cancelled' ? { delayMs: 9 * minute } : more.payload ? { payload: more.payload } : {});
    if (state === 'cancelled') await rig.backend.cancelJob(id);
    else if (state === 'completed') rig.lanes.finish(id, { kind: 'succeeded', result: more.result ?? 'null' });
    else rig.lanes.finish(id, { kind: 'failed-for-good', error: { name: 'Error', message: 'no' } });
    await rig.turn();
    vi.setSystemTime(Date.now() + 1_000);
  }
}

describe('limits of what is kept', () => {
  test('are what the design says until someone changes them, and then survive a restart', async () => {
    expect(await rig.backend.getRetention()).toMatchObject(defaultRetention);
    await rig.backend.patchRetention({ completed: { forMs: 5_000 }, dead: { count: 3 }, maxBytes: null });
    await rig.stop();
    rig = await openQueueRig({ home: rig.home });
    expect(await rig.backend.getRetention()).toMatchObject({
      ...{ completed: { forMs: 5_000, count: null }, cancelled: defaultRetention.cancelled },
      ...{ dead: { forMs: defaultRetention.dead.forMs, count: 3 }, maxBytes: null },
    });
  });

  test('of a number keep the newest ends of that state, and leave other states alone', async () => {
    await end(['completed', 'dead', 'completed', 'cancelled', 'completed', 'dead']);
    await rig.backend.patchRetention({ completed: { count: 1 } });
    await untilLeft(4);
    expect(ids()).toEqual([2, 4, 5, 6]);
    expect(await rig.backend.getRetention()).toMatchObject({
      lastDeleted: { completed: 2, cancelled: 0, dead: 0, reasons: { age: 0, count: 2, size: 0 } },
    });
    expect(rig.logged).toEqual([
      'Deleted 2 completed, 0 cancelled and 0 dead jobs: 0 for their age, 2 for their number, 0 for the room they took.',
    ]);
  });

  test('of an age count from the end, not from the submission', async () => {
    const first = await rig.add();
    await end(['completed']);
    vi.setSystemTime(Date.now() + 10 * minute);
    rig.lanes.succeed(first.id);
    await rig.turn();
    await rig.backend.patchRetention({ completed: { forMs: 5 * minute } });
    await untilLeft(1);
    expect(ids()).toEqual([1]);
  });

  test('of nothing at all delete a job at the next sweep', async () => {
    await rig.backend.patchRetention({ completed: { forMs: 0 } });
    await end(['completed', 'dead']);
    vi.advanceTimersByTime(minute);
    await untilLeft(1);
    expect(await counts()).toMatchObject({ completed: 0, dead: 1 });
  });

  test('of a size let completed jobs go before cancelled ones and those before dead ones, and stop once it fits', async () => {
    const payload = { text: 'x'.repeat(900_000) };
    await end(['dead', 'dead', ...Array.from({ length: 24 }, () => 'completed' as const)], { payload });
    await rig.backend.patchRetention({ maxBytes: 16 * mebibyte });
    await until(async () => {
      await rig.turn();
      return (await rig.backend.getRetention()).lastDeleted !== null;
    });
    const { usage, lastDeleted } = await rig.backend.getRetention();
    expect(usage.databaseBytes).toBeLessThanOrEqual(16 * mebibyte);
    // A step goes on for some milliseconds before it looks again: on a slow disk that is a few jobs too many.
    expect(usage.databaseBytes).toBeGreaterThan(6 * mebibyte);
    expect(await counts()).toMatchObject({ dead: 2 });
    expect(lastDeleted).toMatchObject({ dead: 0, reasons: { age: 0, count: 0 } });
    // The newest are those that stay.
    expect(ids().at(-1)).toBe(26);
  });

  test('never touch what has not ended, however much too large it is', async () => {
    await rig.backend.patchQueue('default', { paused: true });
    const text = 'x'.repeat(900_000);
    await rig.addMany(Array.from({ length: 24 }, () => ({ payload: { text } })));
    await rig.backend.patchRetention({ maxBytes: 16 * mebibyte });
    vi.advanceTimersByTime(minute);
    for (let turns = 0; turns < 10; turns++) await rig.turn();
    expect(await counts()).toMatchObject({ available: 24 });
  });

  test('delete thousands while jobs go on being submitted and run', async () => {
    await rig.addMany(Array.from({ length: 3_000 }, () => ({ task: 'http.request' })));
    await rig.turn();
    while (rig.lanes.running.size > 0) {
      rig.lanes.end([...rig.lanes.running.values()].map((run) => ({ run, result: { kind: 'succeeded', result: 'null' } })));
      await rig.turn();
    }
    await rig.backend.patchRetention({ completed: { count: 0 } });
    let submittedBetween = 0;
    while ((await counts()).completed > 0) {
      await rig.add();
      submittedBetween++;
    }
    expect(submittedBetween).toBeGreaterThan(5);
    expect(await counts()).toMatchObject({ completed: 0, executing: 2, available: submittedBetween - 2 });
  });

  test('give the room of what is deleted back to the disk, but for some that the next jobs take', async () => {
    await end(
      Array.from({ length: 40 }, () => 'completed' as const),
      { payload: { text: 'x'.repeat(900_000) } },
    );
    const before = rig.db.pragma('page_count', { simple: true }) as number;
    await rig.backend.patchRetention({ completed: { count: 0 } });
    await until(async () => {
      await rig.turn();
      const { pages, free } = rig.store.retention.pageUse();
      return pages < before / 3 && pagesToGiveBack({ pageBytes: 4096, pages, free }) === 0;
    });
    expect(rig.db.pragma('integrity_check', { simple: true })).toBe('ok');
  });
});

describe('large results', () => {
  test('are counted, and deleted with their job', async () => {
    const folder = join(rig.home, 'results');
    const { id } = await rig.add();
    writeFileSync(join(folder, `${id}-1.json`), '"large"');
    rig.lanes.finish(id, { kind: 'succeeded', result: 'null', fileBytes: 7 });
    await rig.turn();
    expect(await rig.backend.getJob(id)).toMatchObject({ result: null, resultFile: { path: `results/${id}-1.json`, bytes: 7 } });
    expect((await rig.backend.getRetention()).usage.resultBytes).toBe(7);
    const { bytes, open } = await rig.backend.readResult(id);
    expect([bytes, (await open().toArray()).join('')]).toEqual([7, '"large"']);
    await rig.backend.deleteJob(id);
    expect(readdirSync(folder)).toEqual([]);
    expect((await rig.backend.getRetention()).usage.resultBytes).toBe(0);
  });

  test('of an attempt that no longer held its job leave no file', async () => {
    const sync = rig.submit({ task: 'shell.run', mode: 'sync', timeoutMs: 1_000 }).catch((error: unknown) => error);
    const [run] = await until(async () => {
      await rig.turn();
      return rig.lanes.running.size > 0 ? [...rig.lanes.running.values()] : null;
    });
    vi.advanceTimersByTime(1_100);
    expect(await sync).toMatchObject({ code: 'deadline-exceeded' });
    const [{ id = '' } = {}] = (await rig.backend.listJobs({ order: 'createdAt', limit: 1 })).jobs;
    writeFileSync(join(rig.home, 'results', `${id}-1.json`), '1');
    if (run) rig.lanes.end([{ run, result: { kind: 'succeeded', result: 'null', fileBytes: 1 } }]);
    await rig.turn();
    expect(readdirSync(join(rig.home, 'results'))).toEqual([]);
  });

  test('that belong to no job are deleted at the next start, and the others kept', async () => {
    const folder = join(rig.home, 'results');
    const { id } = await rig.add();
    writeFileSync(join(folder, `${id}-1.json`), '7');
    rig.lanes.finish(id, { kind: 'succeeded', result: 'null', fileBytes: 1 });
    await rig.turn();
    for (const name of [`${id}-2.json`, `${id}-1.json.new`, 'stray', '01890a5d-ac96-774b-bcce-b302099a8057-1.json'])
      writeFileSync(join(folder, name), '8');
    await rig.stop();
    rig = await openQueueRig({ home: rig.home });
    await until(async () => {
      await rig.turn();
      return rig.logged.length > 0;
    });
    expect(rig.logged).toEqual(['4 files of results that belong to no job were deleted.']);
    expect(readdirSync(folder)).toEqual([`${id}-1.json`]);
    expect((await rig.backend.getRetention()).usage.resultBytes).toBe(1);
  });

  test('are refused by name: of a job that is not completed, and of a file that was taken away', async () => {
    const { id } = await rig.add();
    await expect(rig.backend.readResult(id)).rejects.toMatchObject({ code: 'wrong-state' });
    rig.lanes.finish(id, { kind: 'succeeded', result: 'null', fileBytes: 5 });
    await rig.turn();
    await expect(rig.backend.readResult(id)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('the rules', () => {
  const limit = fc.option(fc.integer({ min: 0, max: 1e9 }));

  test('never let more go than what a number exceeds, and by age only what is older', () => {
    fc.assert(
      fc.property(limit, limit, fc.nat(1e9), fc.nat(1e12), (forMs, count, there, now) => {
        const excess = excessOf({ forMs, count }, there, now);
        const byCount = excess.find(({ reason }) => reason === 'count');
        const byAge = excess.find(({ reason }) => reason === 'age');
        expect(byCount?.most ?? 0).toBe(count === null ? 0 : Math.max(0, there - count));
        expect(byAge?.before).toBe(forMs === null || there === 0 ? undefined : now - forMs);
      }),
    );
  });

  test('give back only free pages, keep some, and come to an end', () => {
    fc.assert(
      fc.property(fc.nat(1e7), fc.nat(100), (pages, share) => {
        let use = { pageBytes: 4096, pages, free: Math.floor((pages * share) / 100) };
        for (let steps = 0; ; steps++) {
          const step = pagesToGiveBack(use);
          expect(step).toBeLessThanOrEqual(use.free);
          if (step === 0 || steps > 50) break;
          use = { ...use, pages: use.pages - step, free: use.free - step };
        }
      }),
    );
  });

  test('count free pages as unused, and results as used', () => {
    const use = { pageBytes: 4096, pages: 100, free: 40 };
    expect(usedBytes(use, 1)).toBe(60 * 4096 + 1);
    expect(isOverSize({ ...defaultRetention, maxBytes: 60 * 4096 }, use, 0)).toBe(false);
    expect(isOverSize({ ...defaultRetention, maxBytes: 60 * 4096 }, use, 1)).toBe(true);
    expect(isOverSize({ ...defaultRetention, maxBytes: null }, use, 1e15)).toBe(false);
  });

  test('change what a patch mentions and nothing else', () => {
    expect(patchRetention(defaultRetention, { dead: { forMs: null } })).toEqual({
      ...defaultRetention,
      dead: { forMs: null, count: null },
    });
    expect(patchRetention(defaultRetention, { maxBytes: null })).toEqual({ ...defaultRetention, maxBytes: null });
  });
});
