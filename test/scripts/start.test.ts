import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Checkout, engine, isAlive, makeCheckout, type Run, run } from './checkout.ts';

const address = 'http://127.0.0.1:4000/session?code=one';

function start(checkout: Checkout, env: NodeJS.ProcessEnv = {}, args: string[] = []): Run {
  return run(process.execPath, [join(checkout.folder, 'scripts/start.mjs'), ...args], {
    PATH: checkout.programs,
    HOME: checkout.folder,
    SWITCHYARD_HOME: checkout.home,
    NOTES: join(checkout.folder, 'notes'),
    ...env,
  });
}

/** Ends only once it is let go: every signal then comes while the launcher still waits for it. */
const heldEngine = `import { existsSync } from 'node:fs';
${engine.replace('clearInterval(timer);', "const look = setInterval(() => { if (!existsSync(process.env.NOTES.replace(/notes$/, 'let-go'))) return; clearInterval(look); clearInterval(timer); }, 10);")}`;

const withDisplay = { DISPLAY: ':99' };

function notes(checkout: Checkout): string {
  return readFileSync(join(checkout.folder, 'notes'), 'utf8');
}

function pidOf(what: 'engine' | 'browser', checkout: Checkout): number {
  return Number(new RegExp(`^${what} (\\d+)`, 'm').exec(notes(checkout))?.[1]);
}

/** An engine that runs already, as far as asking it for a window goes. */
async function runningEngine(checkout: Checkout, status: number, answer: object): Promise<string[]> {
  mkdirSync(checkout.home, { recursive: true });
  const socket = join(checkout.home, 'engine.sock');
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  writeFileSync(join(checkout.home, 'engine.json'), JSON.stringify({ pid: 4711, socket }));
  writeFileSync(join(checkout.home, 'token'), 'secret\n');
  return asked;
}

describe('npm start without a display', () => {
  it('starts the engine, says why there is no window and prints the address; SIGINT stops the engine once and ends with 0', async () => {
    const checkout = makeCheckout();
    checkout.write('out/main/engine.js', heldEngine);
    const started = start(checkout);
    await started.saying('Ctrl-C stops it.');
    expect(started.said()).toContain('there is no display');
    expect(started.said()).toContain(address);
    expect(notes(checkout)).toContain('--port 0');
    // Ctrl-C comes from the terminal and once more from npm.
    started.process.kill('SIGINT');
    started.process.kill('SIGINT');
    started.process.kill('SIGTERM');
    checkout.write('let-go', '');
    expect(await started.ended).toEqual({ code: 0, signal: null });
    expect(notes(checkout).match(/engine got/g)).toHaveLength(1);
    expect(notes(checkout)).toContain('engine got SIGTERM');
    expect(started.said()).toContain('Stopped.');
  });

  it('passes the port on, and what the engine says after it is ready', async () => {
    const checkout = makeCheckout();
    const started = start(checkout, {}, ['--port', '4321']);
    await started.saying('a later line');
    expect(notes(checkout)).toContain('--port 4321');
    started.process.kill('SIGTERM');
    expect(await started.ended).toEqual({ code: 0, signal: null });
  });

  it('refuses what it does not know before it starts anything', async () => {
    const checkout = makeCheckout();
    const started = start(checkout, {}, ['--prot', '1']);
    expect(await started.ended).toEqual({ code: 1, signal: null });
    expect(started.said()).toContain('usage: npm start');
    expect(() => notes(checkout)).toThrow();
  });

  it('fails with what the engine said when it does not come up', async () => {
    const checkout = makeCheckout();
    checkout.write('out/main/engine.js', "console.error('the home is locked by process 5'); process.exitCode = 4;");
    const started = start(checkout);
    expect(await started.ended).toEqual({ code: 1, signal: null });
    expect(started.said()).toContain('the home is locked by process 5');
    expect(started.said()).toContain('The engine ended (exit code 4) before it was ready.');
  });

  it('ends with a failure when the engine dies later', async () => {
    const checkout = makeCheckout();
    const started = start(checkout);
    await started.saying('Ctrl-C stops it.');
    process.kill(pidOf('engine', checkout), 'SIGKILL');
    expect(await started.ended).toEqual({ code: 1, signal: null });
    expect(started.said()).toContain('The engine ended (SIGKILL)');
  });

  it('ends an engine that does not stop at the second request', async () => {
    const checkout = makeCheckout();
    checkout.write('out/main/engine.js', engine.replace('clearInterval(timer)', "note('not yet')"));
    const started = start(checkout);
    await started.saying('Ctrl-C stops it.');
    started.process.kill('SIGINT');
    const again = setInterval(() => started.process.kill('SIGINT'), 100);
    const { code } = await started.ended;
    clearInterval(again);
    expect(code).toBe(1);
    expect(started.said()).toContain('The engine ended (SIGKILL)');
  });

  it('leaves no engine behind when it is killed outright', async () => {
    const checkout = makeCheckout();
    const started = start(checkout);
    await started.saying('Ctrl-C stops it.');
    const pid = pidOf('engine', checkout);
    started.process.kill('SIGKILL');
    await started.ended;
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000, interval: 20 });
  });
});

describe('npm start with a browser', () => {
  it('opens its app window on the address with a profile in the home; SIGINT ends both', async () => {
    const checkout = makeCheckout();
    const started = start(checkout, withDisplay);
    await started.saying('Ctrl-C stops it.');
    expect(started.said()).toContain('Window: Chromium');
    expect(started.said()).toContain('Electron is not here and its package is not installed');
    await vi.waitFor(() => expect(notes(checkout)).toContain('browser '), { timeout: 10_000, interval: 20 });
    expect(notes(checkout)).toContain(`--app=${address} --user-data-dir=${join(checkout.home, 'window')}`);
    const pids = [pidOf('engine', checkout), pidOf('browser', checkout)];
    started.process.kill('SIGINT');
    expect(await started.ended).toEqual({ code: 0, signal: null });
    expect(notes(checkout)).toContain('engine got SIGTERM');
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('stops the engine when the window is closed', async () => {
    const checkout = makeCheckout();
    const started = start(checkout, { ...withDisplay, BROWSER_ENDS: '0' });
    expect(await started.ended).toEqual({ code: 0, signal: null });
    expect(started.said()).toContain('The window was closed');
    expect(notes(checkout)).toContain('engine got SIGTERM');
  });

  it('stops the engine and fails when the browser does not open', async () => {
    const checkout = makeCheckout();
    const started = start(checkout, { ...withDisplay, BROWSER_ENDS: '7' });
    expect(await started.ended).toEqual({ code: 1, signal: null });
    expect(started.said()).toContain('The window ended (exit code 7).');
    expect(notes(checkout)).toContain('engine got SIGTERM');
  });

  it('goes on when the window was handed over to a browser that already runs with this profile', async () => {
    const checkout = makeCheckout();
    mkdirSync(join(checkout.home, 'window'), { recursive: true });
    symlinkSync(`host-${process.pid}`, join(checkout.home, 'window/SingletonLock'));
    const started = start(checkout, { ...withDisplay, BROWSER_ENDS: '0' });
    await started.saying('opened in a browser that was already running');
    expect(isAlive(pidOf('engine', checkout))).toBe(true);
    started.process.kill('SIGINT');
    expect(await started.ended).toEqual({ code: 0, signal: null });
  });
});

describe('npm start beside an engine that already runs in the home', () => {
  it('asks it for an address, with the token, and leaves it alone', async () => {
    const checkout = makeCheckout();
    const asked = await runningEngine(checkout, 200, { address: 'http://127.0.0.1:5000/session?code=two' });
    const started = start(checkout);
    expect(await started.ended).toEqual({ code: 0, signal: null });
    expect(started.said()).toContain('Attached to the engine that already runs');
    expect(started.said()).toContain('http://127.0.0.1:5000/session?code=two');
    expect(asked).toEqual(['POST /v1/window-address Bearer secret']);
    expect(() => notes(checkout)).toThrow();
  });

  it('opens the browser on that address and ends with its window', async () => {
    const checkout = makeCheckout();
    await runningEngine(checkout, 200, { address: 'http://127.0.0.1:5000/session?code=two' });
    const started = start(checkout, { ...withDisplay, BROWSER_ENDS: '0' });
    expect(await started.ended).toEqual({ code: 0, signal: null });
    expect(notes(checkout)).toContain('--app=http://127.0.0.1:5000/session?code=two');
    expect(notes(checkout)).not.toContain('engine ');
  });

  it('says what to do when that engine listens on no port', async () => {
    const checkout = makeCheckout();
    await runningEngine(checkout, 409, { detail: 'This engine listens on no port.' });
    const started = start(checkout);
    expect(await started.ended).toEqual({ code: 1, signal: null });
    expect(started.said()).toMatch(/This engine listens on no port\.[\s\S]*switchyard serve --port 0/);
  });

  it('starts an engine of its own when the file is all that is left of a dead one', async () => {
    const checkout = makeCheckout();
    mkdirSync(checkout.home, { recursive: true });
    writeFileSync(join(checkout.home, 'engine.json'), JSON.stringify({ pid: 4711, socket: join(checkout.home, 'engine.sock') }));
    const started = start(checkout);
    await started.saying('Ctrl-C stops it.');
    started.process.kill('SIGINT');
    expect(await started.ended).toEqual({ code: 0, signal: null });
  });
});
