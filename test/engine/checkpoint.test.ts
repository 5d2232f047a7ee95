import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Reader } from '../../engine/store/reader.ts';
import { openStore } from '../../engine/store/store.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-checkpoint-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('what is committed is moved into the database by the reader’s thread, soon and without the writer', async () => {
  const file = join(home, 'switchyard.db');
  const store = openStore(file);
  const failures: unknown[] = [];
  const reader = new Reader({ file, rowsWritten: store.rowsWritten, failed: (error) => failures.push(error) });
  store.commit.attach({
    send() {},
    claim: () => null,
    flushCounters() {},
    committed() {},
    undone() {},
    outOfSpace() {},
    failed: (error) => failures.push(error),
  });
  store.commit.afterCommit(() => reader.committed());
  const before = statSync(file).size;
  await store.commit.write('must', () => store.measurements.putSketch('a', JSON.stringify('x'.repeat(1_000_000))));
  await expect.poll(() => statSync(file).size, { timeout: 20_000 }).toBeGreaterThan(before + 900_000);
  // And again: one move does not keep the next from being asked for.
  await store.commit.write('must', () => store.measurements.putSketch('b', JSON.stringify('x'.repeat(1_000_000))));
  await expect.poll(() => statSync(file).size, { timeout: 20_000 }).toBeGreaterThan(before + 1_900_000);
  await reader.close();
  store.close();
  expect(failures).toEqual([]);
});

test('the reader’s thread ends when nothing is asked any more, and the next question and the next commit start another', async () => {
  const file = join(home, 'switchyard.db');
  const store = openStore(file);
  const failures: unknown[] = [];
  let rows = 1;
  const reader = new Reader({ file, rowsWritten: () => rows, failed: (error) => failures.push(error), unusedMs: 1 });
  const everyJob = { order: 'createdAt', limit: 10 } as const;
  for (let round = 0; round < 2; round++) {
    expect(reader.hasThread).toBe(false);
    expect(await reader.listJobs(everyJob, false)).toMatchObject({ texts: [] });
    await expect.poll(() => reader.hasThread, { timeout: 20_000 }).toBe(false);
  }
  rows++;
  reader.committed();
  await expect.poll(() => reader.hasThread, { timeout: 20_000 }).toBe(true);
  await reader.close();
  await expect(reader.listJobs(everyJob, false)).rejects.toMatchObject({ code: 'shutting-down' });
  store.close();
  expect(failures).toEqual([]);
});
