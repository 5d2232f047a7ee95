import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type Checkout, isAlive, makeCheckout, type Run, run } from './checkout.ts';

const cli =
  'console.log(JSON.stringify({ pid: process.pid, args: process.argv.slice(2), entry: process.argv[1] })); process.exitCode = 124;\n';

/** Goes on as `switchyard` does under an older Node, with this Node as the newer one. */
const older = `
import { relaunch } from './lib/relaunch.mjs';
relaunch(process.execPath, new URL('./switchyard.mjs', import.meta.url).pathname, process.argv.slice(2));
`;

function switchyard(checkout: Checkout, args: string[], script = 'switchyard.mjs'): Run {
  return run(process.execPath, [join(checkout.folder, 'scripts', script), ...args], { NOTES: join(checkout.folder, 'notes') });
}

const enginePid = (checkout: Checkout) => Number(/^engine (\d+)/m.exec(readFileSync(join(checkout.folder, 'notes'), 'utf8'))?.[1]);

describe('the switchyard command', () => {
  it('runs the engine for serve and the command line for everything else, in its own process', async () => {
    const checkout = makeCheckout();
    checkout.write('out/main/cli.js', cli);
    const listed = switchyard(checkout, ['ls', '--state', 'dead']);
    expect(await listed.ended).toEqual({ code: 124, signal: null });
    expect(JSON.parse(listed.said())).toEqual({
      pid: listed.process.pid,
      args: ['ls', '--state', 'dead'],
      entry: join(checkout.folder, 'out/main/cli.js'),
    });

    const served = switchyard(checkout, ['serve', '--port', '0']);
    await served.saying('a later line');
    expect(enginePid(checkout)).toBe(served.process.pid);
    expect(readFileSync(join(checkout.folder, 'notes'), 'utf8')).toMatch(/^engine \d+ --port 0$/m);
    served.process.kill('SIGTERM');
    expect(await served.ended).toEqual({ code: 0, signal: null });
  });

  it.each(['--help', '-h'])('leaves serve %s to the command line', async (flag) => {
    const checkout = makeCheckout();
    checkout.write('out/main/cli.js', cli);
    const helped = switchyard(checkout, ['serve', flag]);
    expect(await helped.ended).toEqual({ code: 124, signal: null });
    expect(JSON.parse(helped.said())).toMatchObject({ args: ['serve', flag] });
  });

  it('says how to build what is not built', async () => {
    const checkout = makeCheckout();
    rmSync(join(checkout.folder, 'out'), { recursive: true });
    const served = switchyard(checkout, ['serve']);
    expect(await served.ended).toEqual({ code: 1, signal: null });
    expect(served.said()).toContain('npm run build');
  });
});

describe('the switchyard command under an older Node', () => {
  const startOlder = async () => {
    const checkout = makeCheckout();
    checkout.write('scripts/older.mjs', older);
    checkout.write('out/main/cli.js', cli);
    const served = switchyard(checkout, ['serve', '--port', '0'], 'older.mjs');
    await served.saying('a later line');
    const pid = enginePid(checkout);
    expect(pid).not.toBe(served.process.pid);
    return { checkout, served, pid };
  };

  it('mirrors output and exit code', async () => {
    const checkout = makeCheckout();
    checkout.write('scripts/older.mjs', older);
    checkout.write('out/main/cli.js', cli);
    const listed = switchyard(checkout, ['get', 'x'], 'older.mjs');
    expect(await listed.ended).toEqual({ code: 124, signal: null });
    expect(JSON.parse(listed.said())).toMatchObject({ args: ['get', 'x'] });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('passes %s on and ends as the engine does', async (signal) => {
    const { checkout, served, pid } = await startOlder();
    served.process.kill(signal);
    expect(await served.ended).toEqual({ code: 0, signal: null });
    expect(readFileSync(join(checkout.folder, 'notes'), 'utf8')).toContain(`engine got ${signal}`);
    expect(isAlive(pid)).toBe(false);
  });

  it('ends by the signal that ended the engine', async () => {
    const { served, pid } = await startOlder();
    process.kill(pid, 'SIGKILL');
    expect(await served.ended).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('takes the engine with it when it is killed outright', async () => {
    const { served, pid } = await startOlder();
    served.process.kill('SIGKILL');
    await served.ended;
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000, interval: 20 });
  });
});
