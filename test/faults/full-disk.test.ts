import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Problem } from '../../contract/errors.ts';
import type { EngineProcess } from '../support/engine-process.ts';
import { makeHome, startEngineProcess } from '../support/engine-process.ts';

/** A disk of this size of our own; null, and the reason, where that is not to be had. */
function mountDisk(folder: string, megabytes: number): string | null {
  if (process.platform !== 'linux') return 'a small disk can be mounted on Linux only';
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'switchyard-test', folder], { stdio: 'pipe' });
    return null;
  } catch {
    return 'mounting a small disk takes root’s rights';
  }
}

let disk: string;
let refusal: string | null;
beforeEach(async () => {
  disk = await makeHome();
  refusal = mountDisk(disk, 24);
});
afterEach(() => {
  if (refusal === null) execFileSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true, force: true });
});

const megabyte = 1_048_576;
const freeBytes = () => {
  const { bavail, bsize } = statfsSync(disk);
  return bavail * bsize;
};
const filler = () => join(disk, 'filler');

/** Takes all room but what the ballast holds. */
function fillDisk(): void {
  for (let size = freeBytes(); size > 0; size = freeBytes()) {
    try {
      writeFileSync(filler(), Buffer.alloc(Math.min(size, megabyte)), { flag: 'a' });
    } catch {
      return;
    }
  }
}

/** Submits until nothing more is accepted. @returns the ids of those that were */
async function submitUntilFull(engine: EngineProcess): Promise<string[]> {
  const ids: string[] = [];
  const payload = { command: 'true', stdin: 'x'.repeat(200_000) };
  for (;;) {
    try {
      ids.push((await engine.client.call('submitJob', { body: { task: 'shell.run', mode: 'async', delayMs: 3_600_000, payload } })).id);
      fillDisk();
    } catch (error) {
      expect(error).toMatchObject({ code: 'storage-full', status: 507, extras: { retryAfterMs: expect.any(Number) } });
      return ids;
    }
  }
}

/** The engine looks for room once a second at most. */
async function submitOnceThereIsRoom(engine: EngineProcess) {
  for (let tries = 1; ; tries++) {
    try {
      return await engine.client.call('submitJob', {
        body: { task: 'shell.run', mode: 'sync', payload: { command: 'echo', args: ['works'] } },
      });
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'storage-full' || tries === 20) throw error;
      await delay(200);
    }
  }
}

describe('on a disk that is full', () => {
  test('nothing more is accepted, reads go on, what runs ends, and all works again once there is room', {
    timeout: 120_000,
  }, async (context) => {
    context.skip(refusal !== null, refusal ?? '');
    const home = join(disk, 'home');
    mkdirSync(home);
    const flag = join(disk, 'flag');
    await using engine = await startEngineProcess({ home });
    const command = `echo started; while [ ! -e ${flag} ]; do sleep 0.05; done; echo the result`;
    const running = await engine.client.call('submitJob', {
      body: { task: 'shell.run', mode: 'async', payload: { command: 'sh', args: ['-c', command] } },
    });
    for await (const { text } of engine.client.followLogs(running.id)) if (text === 'started') break;

    const first = await engine.client.call('submitJob', {
      body: { task: 'shell.run', mode: 'async', delayMs: 3_600_000, payload: { command: 'true' } },
    });
    fillDisk();
    const accepted = await submitUntilFull(engine);
    expect(await engine.client.call('getHealth', {})).toMatchObject({
      status: 'degraded',
      detail: expect.stringContaining('disk is full'),
    });
    expect(await engine.client.call('getJob', { params: { id: running.id } })).toMatchObject({ state: 'executing' });
    const { total, jobs } = await engine.client.call('listJobs', { query: {} });
    expect([total, jobs.length]).toEqual([accepted.length + 2, Math.min(accepted.length + 2, 50)]);

    mkdirSync(flag);
    const ended = await engine.client.call('getJob', { params: { id: running.id }, query: { waitMs: 30_000 } });
    expect(ended).toMatchObject({ state: 'completed', attempt: 1, result: { stdoutTail: expect.stringContaining('the result') } });
    // What room there is now is for what has to be written: nothing new is accepted, but jobs can be let go.
    expect(await submitUntilFull(engine)).toEqual([]);
    await engine.client.call('deleteJob', { params: { id: first.id } });
    await expect(engine.client.call('getJob', { params: { id: first.id } })).rejects.toMatchObject({ code: 'not-found' });

    rmSync(filler());
    const again = await submitOnceThereIsRoom(engine);
    expect(again).toMatchObject({ state: 'completed', result: { stdoutTail: 'works\n' } });
    expect(await engine.client.call('getHealth', {})).toMatchObject({ status: 'ok' });
    for (const id of accepted) expect(await engine.client.call('getJob', { params: { id } })).toMatchObject({ state: 'scheduled' });
    expect((await engine.client.call('getStats', {})).counts).toMatchObject({ completed: 2, scheduled: accepted.length, executing: 0 });
    expect(await engine.stop()).toBe(0);
  });
});
