/** The lab on a real engine: real runs, stopped ones, and what is left of them. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EngineEvent } from '../../contract/events.ts';
import type { LabRun, LabRunInput } from '../../contract/lab-run.ts';
import { type EngineProcess, makeHome, startEngineProcess } from '../support/engine-process.ts';
import { unixFetch } from '../support/unix-fetch.ts';

let engine: EngineProcess;
/** Where its runs have their homes: other tests and other engines have theirs elsewhere. */
let temporary: string;
let env: Record<string, string>;
beforeEach(async () => {
  temporary = mkdtempSync(join(tmpdir(), 'switchyard-test-'));
  env = { TMPDIR: temporary };
  engine = await startEngineProcess({ env });
});
afterEach(async () => {
  await engine.dispose();
  rmSync(temporary, { recursive: true, force: true });
});

const serviceMs = 40;
const small: LabRunInput = {
  modes: ['sync', 'async'],
  workload: {
    work: { kind: 'model', service: { kind: 'constant', ms: serviceMs } },
    ...{ arrivalsPerSecond: 50, requests: 60, failureRate: 0.1, seed: 3 },
  },
};
const long: LabRunInput = {
  modes: ['async'],
  workload: { work: { kind: 'model', service: { kind: 'constant', ms: 20 } }, arrivalsPerSecond: 20, durationMs: 300_000 },
};

function labFolders(): string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('switchyard-lab-'));
}

/** Processes whose environment or arguments name one of the run's folders, or that are children of the engine. */
function processesOf(folders: string[], parent: number): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state === 'Z' || state === 'X') return false;
        return Number(ppid) === parent || folders.some((folder) => readFileSync(`/proc/${pid}/environ`, 'latin1').includes(folder));
      } catch {
        // Gone in between.
        return false;
      }
    });
}

/** Until an event of the lab satisfies; whoever resumes from long ago hears at once that something was missed, and so looks first. */
async function until(run: { id: string }, holds: (run: LabRun) => boolean, heard: EngineEvent[] = []): Promise<LabRun> {
  for await (const { event } of engine.client.events({ kind: 'lab' }, '0')) {
    heard.push(event);
    const now = await engine.client.call('getLabRun', { params: { id: run.id } });
    if (holds(now)) return now;
  }
  throw new Error('the stream of events ended');
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, each) => total + each, 0);

it('sends the same requests through each mode for real, and what it counts adds up', { timeout: 120_000 }, async () => {
  const started = await engine.client.call('startLabRun', { body: { name: 'two modes', ...small } });
  expect(started).toMatchObject({
    state: 'running',
    name: 'two modes',
    modes: ['sync', 'async'],
    results: [{ planned: 60 }, { planned: 60 }],
  });
  await expect(engine.client.call('startLabRun', { body: small })).rejects.toMatchObject({ code: 'wrong-state' });
  await expect(engine.client.call('deleteLabRun', { params: { id: started.id } })).rejects.toMatchObject({ code: 'wrong-state' });

  const heard: EngineEvent[] = [];
  const run = await until(started, ({ state }) => state !== 'running', heard);
  expect(run).toMatchObject({ state: 'completed', reason: null, current: null });
  expect(heard.map(({ type }) => type)).toContain('lab.progress');
  const [sync, async] = run.results;
  for (const result of [sync, async]) {
    expect(result).toMatchObject({ state: 'completed', sent: 60, unfinished: 0 });
    expect(sum(result?.answers ?? {})).toBe(60);
    expect(sum(result?.ends ?? {})).toBe(60 - (result?.answers.refused ?? 0));
    expect(result?.felt?.count).toBe(60 - (result?.answers.refused ?? 0) - (result?.answers.lost ?? 0));
    expect(result?.feltBars.reduce((total, { count }) => total + count, 0)).toBe(result?.felt?.count);
    expect(result?.samples.length).toBeGreaterThan(0);
    expect(result?.peakMemoryBytes).toBeGreaterThan(10_000_000);
  }
  // A failed sync call is answered as one; an async job is tried again, as the seed says which attempts fail.
  expect(sync?.answers.failed).toBeGreaterThan(0);
  expect(sync?.ends.dead).toBe(sync?.answers.failed);
  expect(async).toMatchObject({ answers: { accepted: 60 }, ends: { completed: 60 }, retried: sync?.answers.failed });
  // Sync callers wait for the work.
  expect(sync?.feltByAnswer.answered?.p50Ms).toBeGreaterThanOrEqual(serviceMs - 1);
  expect(async?.completion?.p50Ms).toBeGreaterThanOrEqual(serviceMs - 1);
  expect(async?.felt?.p50Ms).toBeLessThan(async?.completion?.p50Ms ?? 0);
  expect(async?.prediction?.numbers.map(({ name }) => name)).toContain('utilisation');

  // Nothing of it was ever in the user's queue.
  expect(sum((await engine.client.call('getStats', {})).counts)).toBe(0);
  expect((await engine.client.call('listTasks', {})).tasks.filter(({ name }) => name.startsWith('lab.'))).toEqual([]);
  expect(labFolders()).toEqual([]);

  const renamed = await engine.client.call('patchLabRun', { params: { id: run.id }, body: { name: 'kept' } });
  expect(renamed).toMatchObject({ name: 'kept', results: run.results });
  const connection = unixFetch(engine.socket);
  const csv = await connection.transport(`/v1/lab/runs/${run.id}/csv`, { method: 'GET', headers: {} });
  expect(csv.headers.get('content-type')).toContain('text/csv');
  expect((await csv.text()).split('\r\n').map((line) => line.split(',').slice(0, 2).join(' '))).toEqual([
    'run mode',
    'kept sync',
    'kept async',
    '',
  ]);
  await connection.close();
  await engine.client.call('deleteLabRun', { params: { id: run.id } });
  expect((await engine.client.call('listLabRuns', {})).runs).toEqual([]);
});

it('takes back what hybrid promised and did not come true', { timeout: 120_000 }, async () => {
  const { workload } = small;
  if (!workload) throw new Error('the workload is missing');
  mkdirSync(join(engine.home, 'tasks'), { recursive: true });
  const task = `export default { lane: 'io', retry: { maxAttempts: 1 }, predict: () => 1, rollback: () => 2, run() { throw new Error('no'); } };`;
  writeFileSync(join(engine.home, 'tasks', 'broken.mjs'), task);
  await expect.poll(async () => (await engine.client.call('listTasks', {})).tasks.some(({ name }) => name === 'broken')).toBe(true);
  const body: LabRunInput = { modes: ['hybrid'], workload: { ...workload, work: { kind: 'task', task: 'broken' }, requests: 10 } };
  const run = await until(await engine.client.call('startLabRun', { body }), ({ state }) => state !== 'running');
  expect(run).toMatchObject({
    state: 'completed',
    results: [{ answers: { accepted: 10 }, ends: { compensated: 10, dead: 0 }, prediction: null }],
  });
  // The user's own task is still theirs.
  expect(readFileSync(join(engine.home, 'tasks', 'broken.mjs'), 'utf8')).toBe(task);
});

it('fails, with the engine’s own words, when its requests are no jobs at all', { timeout: 60_000 }, async () => {
  const { workload } = small;
  if (!workload) throw new Error('the workload is missing');
  const body: LabRunInput = {
    modes: ['async'],
    workload: { ...workload, work: { kind: 'task', task: 'file.hash', payload: { paths: 1 } } },
  };
  const run = await until(await engine.client.call('startLabRun', { body }), ({ state }) => state !== 'running');
  expect(run).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('does not take these requests'),
    results: [{ state: 'failed' }],
  });
  expect(labFolders()).toEqual([]);
});

it('refuses what it cannot send, in words', async () => {
  const start = (body: LabRunInput) => engine.client.call('startLabRun', { body });
  await expect(start({ preset: 'nothing' })).rejects.toMatchObject({ code: 'invalid-request', extras: { errors: [{ path: '/preset' }] } });
  await expect(start({})).rejects.toMatchObject({ code: 'invalid-request' });
  await expect(start({ ...long, workload: { ...long.workload, durationMs: 3_000_000 } as never })).rejects.toMatchObject({
    code: 'invalid-request',
  });
  await expect(start({ workload: { ...small.workload, work: { kind: 'task', task: 'nobody' } } as never })).rejects.toMatchObject({
    code: 'unknown-task',
  });
  await expect(engine.client.call('getLabRun', { params: { id: 'none' } })).rejects.toMatchObject({ code: 'not-found' });
  expect(labFolders()).toEqual([]);
});

it('a run that is stopped in the middle keeps what it has measured and leaves no process and no folder', { timeout: 60_000 }, async () => {
  const started = await engine.client.call('startLabRun', { body: long });
  await until(started, ({ results }) => (results[0]?.sent ?? 0) > 10);
  const folders = labFolders();
  expect(folders).toHaveLength(1);
  expect(processesOf(folders, engine.pid).length).toBeGreaterThanOrEqual(2);
  const stopped = await engine.client.call('stopLabRun', { params: { id: started.id } });
  expect(stopped).toMatchObject({ state: 'stopped', results: [{ state: 'stopped' }] });
  expect(stopped.results[0]?.sent).toBeGreaterThan(10);
  expect(processesOf(folders, engine.pid)).toEqual([]);
  expect(labFolders()).toEqual([]);
  await expect(engine.client.call('stopLabRun', { params: { id: started.id } })).rejects.toMatchObject({ code: 'wrong-state' });
});

it('an engine that is killed in the middle takes runner and engine with it, and the next one says that the run has failed', {
  timeout: 90_000,
}, async () => {
  await engine.dispose();
  const home = await makeHome();
  engine = await startEngineProcess({ home, env });
  const started = await engine.client.call('startLabRun', { body: long });
  await until(started, ({ results }) => (results[0]?.sent ?? 0) > 10);
  const folders = labFolders();
  const family = processesOf(folders, engine.pid);
  expect(family.length).toBeGreaterThanOrEqual(2);
  await engine.kill();
  await expect.poll(() => processesOf(folders, -1), { timeout: 30_000 }).toEqual([]);
  await expect.poll(() => family.filter((pid) => processesOf([], -1).includes(pid)), { timeout: 30_000 }).toEqual([]);
  await expect.poll(labFolders, { timeout: 30_000 }).toEqual([]);
  await engine.dispose();
  engine = await startEngineProcess({ home, env });
  const run = await engine.client.call('getLabRun', { params: { id: started.id } });
  expect(run).toMatchObject({ state: 'failed', reason: expect.stringContaining('engine went down') });
  // And the lab is free again.
  const next = await engine.client.call('startLabRun', { body: long });
  expect(await engine.stop()).toBe(0);
  await engine.dispose();
  engine = await startEngineProcess({ home, env });
  expect(await engine.client.call('getLabRun', { params: { id: next.id } })).toMatchObject({
    state: 'stopped',
    reason: 'The engine was stopped.',
  });
  expect(labFolders()).toEqual([]);
});
