import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { endOrphans } from '../../../engine/lanes/orphans.ts';
import { jobMark } from '../../../workers/job-mark.ts';
import { recordChild } from '../../../workers/process-tree.ts';

function home(): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-orphans-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A command as a thread starts it, once it has printed a line. */
async function command(
  script: string,
  jobId: string,
): Promise<{ child: ChildProcess; pid: number; line: string; ended: Promise<unknown> }> {
  const child = spawn('/bin/sh', ['-c', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, [jobMark]: jobId },
  });
  const ended = once(child, 'exit');
  const { pid, stdout } = child;
  if (pid === undefined || !stdout) throw new Error('not started');
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-pid, 'SIGKILL');
  });
  const [line] = (await once(createInterface(stdout), 'line')) as [string];
  return { child, pid, line, ended };
}

function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

it('a noted command is ended with its descendants, stubborn ones too, and the notes are gone', async () => {
  const folder = home();
  const { pid, line, ended } = await command(`trap '' TERM; setsid sleep 1000 & echo $!; wait; wait`, 'job-a');
  recordChild(folder, { jobId: 'job-a', attempt: 1 }, null);
  recordChild(folder, { jobId: 'job-a', attempt: 1 }, pid);
  expect(await endOrphans(folder)).toBe(1);
  await ended;
  expect([pid, Number(line)].filter(isAlive)).toEqual([]);
  expect(existsSync(join(folder, 'children'))).toBe(false);
});

it('what is left of a command whose leader is gone is found by the mark of its job', async () => {
  const folder = home();
  const { pid, line, child, ended } = await command('sleep 1000 & echo $!; wait', 'job-b');
  recordChild(folder, { jobId: 'job-b', attempt: 1 }, null);
  recordChild(folder, { jobId: 'job-b', attempt: 1 }, pid);
  child.kill('SIGKILL');
  await ended;
  expect(isAlive(Number(line))).toBe(true);
  expect(await endOrphans(folder)).toBe(1);
  expect(isAlive(Number(line))).toBe(false);
});

it('a command of which no more was noted than that it is about to start is found by the mark of its job', async () => {
  const folder = home();
  recordChild(folder, { jobId: 'job-d', attempt: 2 }, null);
  const { pid, ended } = await command('echo ready; exec sleep 1000', 'job-d');
  expect(await endOrphans(folder)).toBe(1);
  await ended;
  expect(isAlive(pid)).toBe(false);
});

it('another process that was given the same number is left alone', async () => {
  const folder = home();
  const { pid } = await command('echo ready; exec sleep 1000', 'job-c');
  mkdirSync(join(folder, 'children'));
  writeFileSync(join(folder, 'children', String(pid)), JSON.stringify({ pid, startTime: '1', jobId: 'another-job' }));
  expect(await endOrphans(folder)).toBe(0);
  expect(isAlive(pid)).toBe(true);
});

it('broken notes and a home without any are no obstacle', async () => {
  const folder = home();
  expect(await endOrphans(folder)).toBe(0);
  mkdirSync(join(folder, 'children'));
  writeFileSync(join(folder, 'children', '12'), '{"pid":');
  writeFileSync(join(folder, 'children', '13'), '{"pid":1,"startTime":"0","jobId":"x"}');
  expect(await endOrphans(folder)).toBe(0);
  expect(existsSync(join(folder, 'children'))).toBe(false);
});
