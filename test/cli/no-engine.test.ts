import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';
import { runInProcess } from './run-in-process.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-cli-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function writeEngineFile(pid: number): void {
  const socket = join(home, 'engine.sock');
  writeFileSync(join(home, 'engine.json'), JSON.stringify({ pid, version: '0.1.0', socket, startedAt: new Date(0).toISOString() }));
}

/** The id of a process that was there and is gone. */
async function goneProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('without an engine every command ends with exit code 3 and says how to start one', () => {
  const commands = [
    ['submit', 'echo'],
    ['submit', 'echo', '--mode', 'sync'],
    ['get', 'x'],
    ['wait', 'x'],
    ['logs', 'x', '-f'],
    ['ls'],
    ['cancel', 'x'],
    ['dead', 'ls'],
    ['queue', 'ls'],
    ['tasks'],
    ['top'],
    ['url'],
  ];

  it.each(commands.map((args) => ({ args })))('$args', async ({ args }) => {
    const { code, stdout, stderr } = await runInProcess(args, { home });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain(`No engine runs in ${home}.`);
    expect(stderr).toContain('switchyard serve');
    expect(stderr).toContain('npm start');
  });
});

it('an engine that was killed is named by its process, and the jobs are said to be safe', async () => {
  const pid = await goneProcess();
  writeEngineFile(pid);
  const { code, stderr } = await runCommand(['ls'], { home });
  expect(code).toBe(3);
  expect(stderr).toContain(`process ${pid}, which did, is gone without a clean stop`);
  expect(stderr).toContain('Jobs that were accepted are safe');
});

it('a process that is there but does not listen is named too', async () => {
  writeEngineFile(process.pid);
  const { code, stderr } = await runCommand(['ls'], { home });
  expect(code).toBe(3);
  expect(stderr).toContain(`Process ${process.pid} should be the engine`);
});

it('a home that does not exist yet is said to', async () => {
  const { code, stderr } = await runCommand(['ls'], { home: join(home, 'nowhere') });
  expect(code).toBe(3);
  expect(stderr).toContain(`there is no home at ${join(home, 'nowhere')} yet`);
});

it('a file of jobs reports that nothing was accepted', async () => {
  const { code, stdout, stderr } = await runCommand(['submit', '--file', '-'], { home, stdin: '{"task":"echo"}\n' });
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toContain('No job of the file was accepted.');
});

type Report = { checks: { name: string; status: string; message: string; advice?: string }[] };

describe('doctor without an engine', () => {
  async function examine(): Promise<{ code: number | null; find(name: string): Report['checks'][number] | undefined }> {
    const { code, stdout } = await runInProcess(['doctor', '--json'], { home });
    const { checks }: Report = JSON.parse(stdout);
    return { code, find: (name) => checks.find((check) => check.name === name) };
  }

  it('finds nothing wrong with a home in which none was started', async () => {
    const { code, find } = await examine();
    expect(code).toBe(0);
    expect(find('Home')).toMatchObject({ status: 'ok' });
    expect(find('Lock')).toMatchObject({ status: 'ok', message: 'free' });
    expect(find('Engine')).toMatchObject({ status: 'warn', advice: expect.stringContaining('switchyard serve') });
  });

  it('fails when the engine died without a clean stop', async () => {
    writeEngineFile(await goneProcess());
    const { code, find } = await examine();
    expect(code).toBe(1);
    expect(find('Engine')).toMatchObject({ status: 'fail', message: expect.stringContaining('without a clean stop') });
  });

  it('fails when other users can enter the home or read the token, and gives the command that mends it', async () => {
    chmodSync(home, 0o755);
    writeFileSync(join(home, 'token'), 'secret');
    chmodSync(join(home, 'token'), 0o644);
    const { code, find } = await examine();
    expect(code).toBe(1);
    expect(find('Home')).toMatchObject({ status: 'fail', advice: `chmod 700 ${home}` });
    expect(find('Token')).toMatchObject({ status: 'fail', message: expect.stringContaining('0644') });
  });

  it('gives the sizes of the database and of its log of changes without reading either', async () => {
    mkdirSync(join(home, 'tasks'));
    writeFileSync(join(home, 'switchyard.db'), Buffer.alloc(4096));
    writeFileSync(join(home, 'switchyard.db-wal'), Buffer.alloc(2048));
    const { find } = await examine();
    expect(find('Database')).toMatchObject({ status: 'ok', message: '4.0 KiB, and 2.0 KiB of changes not yet folded in' });
  });

  it('prints a line a check, and what to do below', async () => {
    const { stdout } = await runCommand(['doctor'], { home });
    expect(stdout).toMatch(/^ok +Node +\d+\.\d+\.\d+$/m);
    expect(stdout).toMatch(/^warn +Engine +No engine runs/m);
    expect(stdout).not.toContain('\u001B');
  });
});
