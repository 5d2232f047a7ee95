import { once } from 'node:events';
import { ask, enginePid, expect, isAlive, runningEngine, test } from './support/shell.ts';

test('quitting leaves an engine alone that was there before', async ({ startEngine, launch }) => {
  const engine = await startEngine();
  const { app, page } = await launch();
  await expect.poll(async () => (await ask(page, '/v1/health')).status).toBe(200);
  await app.close();
  expect(engine.isRunning()).toBe(true);
});

test('when the attached engine dies the window is told so, and is live again on the next one', async ({ home, startEngine, launch }) => {
  const engine = await startEngine();
  const { page } = await launch();
  await expect.poll(async () => (await ask(page, '/v1/health')).status).toBe(200);
  // Watches from within, as the app does, so that a short outage is seen too.
  await page.evaluate(() => {
    const seen: { status: number; code?: string }[] = [];
    Object.assign(globalThis, { seen });
    const look = async () => {
      const response = await fetch('/v1/health');
      const { code } = await response.json();
      if (seen.at(-1)?.status !== response.status) seen.push({ status: response.status, code });
      setTimeout(look, 20);
    };
    void look();
  });
  const offline = page.getByText('Offline', { exact: true }).waitFor();
  await engine.kill('SIGKILL');
  await offline;
  const seen = () => page.evaluate(() => (globalThis as unknown as { seen: { status: number; code?: string }[] }).seen);
  // It may or may not have looked once before the kill; what counts is the outage and what came after it.
  const outage = [{ status: 503, code: 'engine-offline' }, { status: 200 }];
  await expect.poll(async () => (await seen()).slice(-2), { timeout: 20_000 }).toMatchObject(outage);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  expect(enginePid(home)).not.toBe(engine.pid);
});

test('without an engine the shell starts one, starts it anew when it is killed, and stops it at the end', async ({ home, launch }) => {
  const { app, page } = await launch();
  await expect.poll(async () => (await ask(page, '/v1/health')).status, { timeout: 20_000 }).toBe(200);
  const first = runningEngine(home);
  process.kill(first, 'SIGKILL');
  await expect.poll(() => enginePid(home), { timeout: 20_000 }).not.toBe(first);
  await expect.poll(async () => (await ask(page, '/v1/health')).status, { timeout: 20_000 }).toBe(200);
  const second = runningEngine(home);
  expect(isAlive(second)).toBe(true);
  await app.close();
  expect(isAlive(second)).toBe(false);
  expect(enginePid(home)).toBeNull();
});

test('an engine that the shell started does not outlive a shell that is killed', async ({ home, launch }) => {
  const { app, page } = await launch();
  await expect.poll(async () => (await ask(page, '/v1/health')).status, { timeout: 20_000 }).toBe(200);
  const engine = runningEngine(home);
  const ended = once(app.process(), 'exit');
  app.process().kill('SIGKILL');
  await ended;
  await expect.poll(() => isAlive(engine), { timeout: 20_000 }).toBe(false);
});

test('a signal to the shell ends it in order', async ({ home, launch }) => {
  const { app, page } = await launch();
  await expect.poll(async () => (await ask(page, '/v1/health')).status, { timeout: 20_000 }).toBe(200);
  const engine = runningEngine(home);
  const ended = once(app.process(), 'exit');
  app.process().kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(isAlive(engine)).toBe(false);
  expect(enginePid(home)).toBeNull();
});
