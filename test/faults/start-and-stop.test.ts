import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EngineProcess, makeHome, spawnEngine, startEngineProcess } from '../support/engine-process.ts';
import { engineProgram } from '../support/programs.ts';

let home: string;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const inHome = (name: string) => join(home, name);
const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** A start that is to fail: its exit and what it said. */
async function failingStart(): Promise<{ code: number | null; stderr: string }> {
  const { exited, stderr } = spawnEngine({ home });
  const { code } = await exited;
  return { code, stderr: stderr() };
}

/** Submits a command that says `started` and then runs on; answers once it has said so. */
async function longCommand(engine: EngineProcess, script = 'echo started; sleep 300'): Promise<string> {
  const { id } = await engine.client.call('submitJob', {
    body: { task: 'shell.run', mode: 'async', payload: { command: 'sh', args: ['-c', script] } },
  });
  for await (const { text } of engine.client.followLogs(id)) if (text === 'started') break;
  return id;
}

describe('a home', () => {
  test('is its owner’s alone, and so is everything in it', async () => {
    chmodSync(home, 0o755);
    await using engine = await startEngineProcess({ home, port: 0 });
    const mode = (name: string) => (statSync(inHome(name)).mode & 0o777).toString(8);
    expect(mode('.')).toBe('700');
    for (const name of ['switchyard.db', 'switchyard.db-wal', 'engine.sock', 'engine.json', 'token']) expect(mode(name), name).toBe('600');
    expect(JSON.parse(readFileSync(inHome('engine.json'), 'utf8'))).toEqual({
      pid: engine.pid,
      version: expect.any(String),
      socket: engine.socket,
      port: Number(new URL(engine.windowAddress ?? '').port),
      startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  test('that another engine owns is refused with 4 and the holder’s pid, and the holder goes on', async () => {
    await using engine = await startEngineProcess({ home });
    const { code, stderr } = await failingStart();
    expect(code).toBe(4);
    expect(stderr).toContain(`Process ${engine.pid} `);
    expect(stderr).toContain(home);
    expect(await engine.client.call('getHealth', {})).toMatchObject({ status: 'ok' });
    expect(existsSync(engine.socket)).toBe(true);
  });

  test('whose lock a task has dropped is still refused to another engine', async () => {
    mkdirSync(join(home, 'tasks'), { recursive: true });
    const script = `import { readFileSync } from 'node:fs';
export default { lane: 'io', run: () => readFileSync(import.meta.dirname + '/../engine.lock').length };`;
    writeFileSync(join(home, 'tasks', 'look.mjs'), script);
    await using engine = await startEngineProcess({ home });
    expect(await engine.client.call('submitJob', { body: { task: 'look', mode: 'sync' } })).toMatchObject({ state: 'completed' });
    const { code, stderr } = await failingStart();
    expect(code).toBe(4);
    expect(stderr).toContain(`Process ${engine.pid} `);
    expect(await engine.client.call('getHealth', {})).toMatchObject({ status: 'ok' });
  });

  test('of which two engines are started at the same moment goes to one of them', async () => {
    const both = [spawnEngine({ home }), spawnEngine({ home })];
    const started = await Promise.allSettled(both.map(({ printed }) => printed('ready')));
    expect(started.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const { child } of both) child.kill('SIGTERM');
    const codes = (await Promise.all(both.map(({ exited }) => exited))).map(({ code }) => code);
    expect(codes.sort()).toEqual([0, 4]);
  });

  test('with a path that is too long for a socket gets a short one, named in engine.json', async () => {
    const deep = join(home, 'a-folder-with-a-long-name'.repeat(4), 'and-another-one');
    mkdirSync(deep, { recursive: true });
    await using engine = await startEngineProcess({ home: deep, env: { XDG_RUNTIME_DIR: home } });
    expect(Buffer.byteLength(join(deep, 'engine.sock'))).toBeGreaterThan(100);
    expect(Buffer.byteLength(engine.socket)).toBeLessThanOrEqual(100);
    expect(JSON.parse(readFileSync(join(deep, 'engine.json'), 'utf8')).socket).toBe(engine.socket);
    expect(await engine.client.call('getInfo', {})).toMatchObject({ home: deep });
    expect(await engine.stop()).toBe(0);
    expect(existsSync(engine.socket)).toBe(false);
  });
});

describe('a database', () => {
  test.each([
    ['that is none', () => writeFileSync(inHome('switchyard.db'), 'not a database, but long enough to be looked at. '.repeat(200))],
    [
      'whose first page is damaged',
      async () => {
        await using engine = await startEngineProcess({ home });
        await engine.stop();
        const bytes = readFileSync(inHome('switchyard.db'));
        bytes.fill(0xff, 16, 4_000);
        writeFileSync(inHome('switchyard.db'), bytes);
      },
    ],
  ])('%s is said so plainly, with exit code 1, and is left as it is', async (_, damage) => {
    await damage();
    const before = hashOf(inHome('switchyard.db'));
    const { code, stderr } = await failingStart();
    expect(code).toBe(1);
    expect(stderr).toMatch(/not a database|damaged/);
    expect(stderr).toContain('switchyard.db');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr).not.toContain('are safe');
    expect(hashOf(inHome('switchyard.db'))).toBe(before);
    expect(existsSync(inHome('engine.json'))).toBe(false);
  });

  test('of a newer version is refused, and says which version is needed', async () => {
    await using engine = await startEngineProcess({ home });
    await engine.stop();
    const { default: Database } = await import('better-sqlite3');
    const db = new Database(inHome('switchyard.db'));
    db.pragma('user_version = 9999');
    db.close();
    const before = hashOf(inHome('switchyard.db'));
    const { code, stderr } = await failingStart();
    expect([code, stderr]).toEqual([1, expect.stringContaining('newer Switchyard')]);
    expect(hashOf(inHome('switchyard.db'))).toBe(before);
  });
});

describe('the command line of the engine', () => {
  test.each([['--port', 'http'], ['--port', '70000'], ['--prot', '1'], ['extra']])('with %s %s is wrong use', async (...args) => {
    const { spawn } = await import('node:child_process');
    const child = spawn(process.execPath, [engineProgram, ...args], {
      env: { ...process.env, SWITCHYARD_HOME: home },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (part) => {
      stderr += part;
    });
    const [code] = await once(child, 'close');
    expect([code, stderr]).toEqual([2, expect.stringContaining('Usage')]);
  });

  test('with a home that is a file says so, without a stack trace', async () => {
    writeFileSync(inHome('file'), '');
    const { exited, stderr } = spawnEngine({ home: inHome('file') });
    expect((await exited).code).toBe(1);
    expect(stderr()).toBe(`The home ${inHome('file')} cannot be made: a file is in its place. SWITCHYARD_HOME chooses another.\n`);
  });

  test('with a port that is taken says so and is refused, and leaves no socket', async () => {
    await using other = await startEngineProcess({ port: 0 });
    const port = Number(new URL(other.windowAddress ?? '').port);
    const { exited, stderr } = spawnEngine({ home, port });
    expect((await exited).code).toBe(4);
    expect(stderr()).toContain(`Port ${port} is taken`);
    expect(existsSync(inHome('engine.sock'))).toBe(false);
  });
});

describe('an engine whose standard streams are gone', () => {
  test('goes on', async () => {
    await using engine = await startEngineProcess({ home });
    engine.child.stdout?.destroy();
    engine.child.stderr?.destroy();
    // It has something to say: a task file that prints while it loads.
    mkdirSync(inHome('tasks'), { recursive: true });
    writeFileSync(inHome('tasks/loud.js'), "console.log('x'.repeat(100_000)); export default { run: () => 1 };");
    const body = { task: 'loud', mode: 'async' } as const;
    for (let round = 0; round < 3; round++) {
      const { id } = await engine.client.call('submitJob', { body });
      expect(await engine.client.call('getJob', { params: { id }, query: { waitMs: 20_000 } })).toMatchObject({ state: 'completed' });
    }
    expect(engine.child.exitCode).toBeNull();
    engine.child.kill('SIGTERM');
    expect((await engine.exited).code).toBe(0);
  });
});

describe('a clean stop', () => {
  test('waits for what runs, and refuses new work meanwhile', async () => {
    await using engine = await startEngineProcess({ home });
    const flag = inHome('flag');
    const id = await longCommand(engine, `echo started; while [ ! -e ${flag} ]; do sleep 0.05; done; echo done`);
    const waiting = engine.client.call('getJob', { params: { id }, query: { waitMs: 30_000 } });
    engine.child.kill('SIGTERM');
    await expect(async () => {
      for (;;) await engine.client.call('submitJob', { body: { task: 'file.hash', mode: 'async', payload: { paths: ['/etc/hostname'] } } });
    }).rejects.toMatchObject({ code: 'shutting-down', status: 503 });
    writeFileSync(flag, '');
    expect(await waiting).toMatchObject({ state: 'completed', attempt: 1 });
    expect((await engine.exited).code).toBe(0);
    expect(existsSync(inHome('engine.json'))).toBe(false);
    expect(existsSync(engine.socket)).toBe(false);
  });

  test('gives back what does not end within the drain, uncounted, and ends its command', { timeout: 90_000 }, async () => {
    await using engine = await startEngineProcess({ home });
    const id = await longCommand(engine, `echo started; echo $$ > ${inHome('pid')}; exec sleep 300`);
    expect(await engine.stop()).toBe(0);
    const pid = readFileSync(inHome('pid'), 'utf8').trim();
    expect(existsSync(`/proc/${pid}`)).toBe(false);

    await using next = await startEngineProcess({ home });
    const { attempts } = await next.client.call('listAttempts', { params: { id } });
    expect(attempts[0]).toMatchObject({ attempt: 1, outcome: 'interrupted' });
    expect(await next.client.call('cancelJob', { params: { id } })).toMatchObject({ state: 'cancelled', maxAttempts: 6 });
    expect(next.stderr()).toBe('');
  });

  test('comes twice, and is one stop', async () => {
    await using engine = await startEngineProcess({ home });
    engine.child.kill('SIGTERM');
    engine.child.kill('SIGINT');
    expect((await engine.exited).code).toBe(0);
  });

  test('ends streams and open connections rather than waiting for them', async () => {
    await using engine = await startEngineProcess({ home });
    const stream = request({ socketPath: engine.socket, path: '/v1/events', headers: { accept: 'text/event-stream' } });
    const [answer] = await once(stream.end(), 'response');
    answer.resume();
    const ended = once(answer, 'close');
    expect(await engine.stop()).toBe(0);
    await ended;
  });
});
