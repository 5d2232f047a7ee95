import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Finding, FindingCode } from '../../contract/diagnosis.ts';
import { defaultRetention } from '../../contract/retention.ts';
import { inspectionFindings, retentionFindings } from '../../engine/queue/diagnosis-words.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';

let rig: QueueRig;
/** As long as a busy machine takes. */
const until = <Value>(found: () => Promise<Value>) => vi.waitUntil(found, { timeout: 20_000, interval: 5 });
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 31, 12, 0, 0) });
  rig = await openQueueRig();
});
afterEach(async () => {
  expect(rig.failures).toEqual([]);
  await rig.dispose();
  vi.useRealTimers();
});

async function finding(code: FindingCode, deep = false): Promise<Finding | undefined> {
  return (await rig.backend.diagnose(deep)).findings.find((one) => one.code === code);
}

describe('an engine that is well', () => {
  test('is told so, with its size, and nothing to do', async () => {
    await rig.add();
    const { findings } = await rig.backend.diagnose(true);
    expect(findings.map(({ severity }) => severity)).toEqual(findings.map(() => 'ok'));
    expect(findings.map(({ code }) => code)).toEqual(['integrity', 'tables', 'stuck-executing', 'stuck-waiting', 'retention']);
    expect(findings.flatMap(({ advice, meaning }) => [advice, meaning])).toEqual(findings.flatMap(() => [null, null]));
  });

  test('is not blamed for jobs that wait for a good reason: no room, a paused queue, a limit', async () => {
    await rig.backend.makeQueue('paused', { paused: true });
    await rig.backend.makeQueue('narrow', { concurrency: 1 });
    await rig.addMany([{}, {}, {}, { queue: 'paused' }, { queue: 'narrow' }, { queue: 'narrow' }]);
    vi.setSystemTime(Date.now() + 3_600_000);
    expect(await finding('stuck-waiting')).toMatchObject({ severity: 'ok' });
  });
});

describe('what is wrong is named, with what it means and what to do', () => {
  test('a job that is executing without a run', async () => {
    await rig.backend.patchQueue('default', { paused: true });
    const { id } = await rig.add();
    rig.writer.exec(
      "UPDATE jobs SET state = 'executing', attempt = 1, started_at = 1; INSERT INTO running VALUES (1, 1, 'cpu', 1); DELETE FROM ready",
    );
    expect(await finding('stuck-executing')).toEqual({
      ...{ code: 'stuck-executing', severity: 'fail', found: 'One job is executing, but nothing runs them.', jobs: [id] },
      ...{ meaning: expect.any(String), advice: expect.stringContaining('Restart') },
    });
  });

  test('a job that is due and forgotten', async () => {
    await rig.backend.makeQueue('other', {});
    await rig.backend.patchQueue('default', { paused: true });
    const { id } = await rig.add();
    // As a line that lost sight of it: the store has moved it and nobody was told.
    rig.writer.exec("UPDATE jobs SET queue = 'other'; UPDATE ready SET queue = 'other'");
    vi.setSystemTime(Date.now() + 120_000);
    const look = rig.backend.diagnose(false);
    expect((await look).findings.find(({ code }) => code === 'stuck-waiting')).toMatchObject({ severity: 'fail', jobs: [id] });
  });

  test('jobs whose task is not there any more, or does not load', async () => {
    rig.writeTask('mine', { lane: 'io' });
    await until(async () => (await rig.backend.listTasks()).some(({ name }) => name === 'mine'));
    await rig.backend.patchQueue('default', { paused: true });
    const { id } = await rig.add({ task: 'mine' });
    rmSync(join(rig.home, 'tasks', 'mine.js'));
    await until(async () => !(await rig.backend.listTasks()).some(({ name }) => name === 'mine'));
    await rig.backend.patchQueue('default', { paused: false });
    await until(async () => {
      await rig.turn();
      return rig.db.prepare('SELECT 1 FROM held').get() !== undefined;
    });
    expect(await finding('held')).toMatchObject({
      ...{ severity: 'warn', found: '1 job waits for the task mine, which is not there.', jobs: [id] },
      advice: expect.stringContaining('mine.js'),
    });
  });

  test('a clock that was set back', async () => {
    const { id } = await rig.add();
    vi.setSystemTime(Date.now() - 600_000);
    expect(await finding('clock')).toMatchObject({ severity: 'warn', jobs: [id], found: expect.stringContaining('10 min after') });
  });

  test('a damaged index, when looked at as a whole', async () => {
    await rig.add();
    rig.writer.unsafeMode(true);
    rig.writer.pragma('writable_schema = ON');
    // A job is changed while the index is not known, which then still has it as it was.
    const index = rig.writer.prepare("SELECT * FROM sqlite_schema WHERE name = 'jobs_by_queue'").get();
    rig.writer.exec("DELETE FROM sqlite_schema WHERE name = 'jobs_by_queue'");
    rig.writer.pragma('writable_schema = RESET');
    rig.writer.exec("UPDATE jobs SET queue = 'another'");
    rig.writer.pragma('writable_schema = ON');
    rig.writer.prepare('INSERT INTO sqlite_schema VALUES (@type, @name, @tbl_name, @rootpage, @sql)').run(index);
    rig.writer.pragma('writable_schema = RESET');
    expect(await finding('integrity', true)).toMatchObject({
      severity: 'fail',
      found: expect.stringContaining('damaged'),
      advice: expect.stringContaining('backup'),
    });
  });

  test.each([
    ['a tag that does not lead to its job', 'DELETE FROM job_tags'],
    ['a tag that leads to a job without it', "UPDATE jobs SET tags = '[]'"],
  ])('%s, when looked at as a whole', async (_, damage) => {
    await rig.add({ tags: ['red', 'red', 'blue'] });
    expect(await finding('integrity', true)).toMatchObject({ severity: 'ok' });
    rig.writer.exec(damage);
    expect(await finding('integrity', true)).toMatchObject({ severity: 'fail', found: expect.stringContaining('job_tags') });
  });

  test('logs that take most of the room', () => {
    const gibibyte = 1024 ** 3;
    const tables = [
      { name: 'logs', bytes: 0.7 * gibibyte },
      { name: 'jobs', bytes: 0.3 * gibibyte },
    ];
    expect(inspectionFindings({ integrity: 'ok', tables, bytes: gibibyte })[1]).toMatchObject({
      severity: 'warn',
      advice: expect.stringContaining('retention set'),
    });
    expect(inspectionFindings({ integrity: 'ok', tables: tables.slice(1), bytes: gibibyte })[1]).toMatchObject({ severity: 'ok' });
    expect(inspectionFindings({ integrity: null, tables: null, bytes: gibibyte })).toMatchObject([
      { severity: 'ok', found: expect.stringContaining('--deep') },
    ]);
  });

  test('more room than allowed though nothing is left to delete, a file that does not shrink, and no limit at all', () => {
    const usage = { databaseBytes: 5e9, freeBytes: 0, resultBytes: 0, shrinks: true };
    const report = { ...defaultRetention, usage, lastDeleted: null };
    expect(retentionFindings(report)).toMatchObject([{ severity: 'warn', advice: expect.stringContaining('--max-size') }]);
    expect(retentionFindings({ ...report, maxBytes: null })).toMatchObject([{ severity: 'ok' }]);
    expect(retentionFindings({ ...report, maxBytes: null, dead: { forMs: null, count: null } })[1]).toMatchObject({ severity: 'warn' });
    expect(retentionFindings({ ...report, maxBytes: null, usage: { ...usage, shrinks: false, freeBytes: 1e9 } })[1]).toMatchObject({
      severity: 'warn',
    });
  });
});
