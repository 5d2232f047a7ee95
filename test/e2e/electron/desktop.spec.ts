import { once } from 'node:events';
import { ask, expect, submitDyingJob, test } from './support/shell.ts';

test.skip(process.platform !== 'linux', 'the test desktop speaks D-Bus, as Linux desktops do');

test('a job that dies is told by the desktop, and a click on it opens the job', async ({ desktop, startEngine, launch }) => {
  await startEngine();
  const { app, page } = await launch({ desktop });
  await expect.poll(async () => (await ask(page, '/v1/health')).status).toBe(200);
  await expect.poll(async () => (await desktop.trayMenu().catch(() => [])).map((entry) => entry.label)).toContain('0 dead');
  const told = once(desktop, 'notification');
  const id = await submitDyingJob(page, ['nightly', 'photos']);
  const [notification] = await told;
  expect(notification).toMatchObject({ title: 'shell.run died', body: expect.stringContaining('nightly · photos') });
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
  desktop.click(notification);
  await expect.poll(() => page.evaluate(() => location.hash)).toBe(`#/jobs?job=${id}`);
  await expect.poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible())).toBe(true);
});

test('jobs that die together cost one notification', async ({ desktop, startEngine, launch }) => {
  await startEngine();
  const { page } = await launch({ desktop });
  await expect.poll(async () => (await desktop.trayMenu().catch(() => [])).map((entry) => entry.label)).toContain('0 dead');
  const told = once(desktop, 'notification');
  // Fails without starting a process, so that all of them have died before the first is told.
  const job = { task: 'file.hash', payload: { paths: ['/there/is/no/such/file'] }, mode: 'async', retry: { maxAttempts: 1 } };
  expect(await ask(page, '/v1/jobs/batch', { jobs: Array.from({ length: 12 }, () => job) })).toMatchObject({ status: 202 });
  expect((await told)[0]).toMatchObject({ title: expect.stringMatching(/^\d+ jobs died$/), body: 'file.hash' });
  expect(desktop.notifications).toHaveLength(1);
});

test('a job that asked for it is told of when it has completed', async ({ desktop, startEngine, launch }) => {
  await startEngine();
  const { page } = await launch({ desktop });
  await expect.poll(async () => (await desktop.trayMenu().catch(() => [])).map((entry) => entry.label)).toContain('0 dead');
  const told = once(desktop, 'notification');
  const job = { task: 'file.hash', payload: { paths: ['/etc/hostname'] }, mode: 'async', tags: ['nightly'] };
  expect(await ask(page, '/v1/jobs/batch', { jobs: [job, { ...job, notify: [{ type: 'desktop' }] }] })).toMatchObject({ status: 202 });
  expect((await told)[0]).toMatchObject({ title: 'file.hash completed', body: 'nightly' });
  expect(desktop.notifications).toHaveLength(1);
});

test('the tray counts, pauses every queue and leads back to a closed window', async ({ desktop, startEngine, launch }) => {
  await startEngine();
  const { app, page } = await launch({ desktop });
  const labels = async () => (await desktop.trayMenu().catch(() => [])).map((entry) => entry.label);
  await expect.poll(labels).toEqual(['0 running', '0 waiting', '0 dead', 'Open Switchyard', 'Pause all queues', 'Quit']);

  await submitDyingJob(page);
  await expect.poll(labels).toEqual(['0 running', '0 waiting', '1 dead', 'Open Switchyard', 'Show dead jobs', 'Pause all queues', 'Quit']);

  await desktop.chooseInTray('Pause all queues');
  await expect.poll(labels).toContain('All queues paused');
  expect(await ask(page, '/v1/queues/default')).toMatchObject({ body: { paused: true } });
  await desktop.chooseInTray('Resume all queues');
  await expect.poll(labels).toContain('Pause all queues');

  const visible = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.isVisible()));
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  await expect.poll(visible).toEqual([false]);
  await desktop.chooseInTray('Open Switchyard');
  await expect.poll(visible).toEqual([true]);
});

test('the tray says when the engine is gone', async ({ desktop, startEngine, launch }) => {
  const engine = await startEngine();
  await launch({ desktop });
  const labels = async () => (await desktop.trayMenu().catch(() => [])).map((entry) => entry.label);
  await expect.poll(labels).toContain('0 dead');
  const seen: string[] = [];
  const watching = expect.poll(
    async () => {
      for (const label of await labels()) if (!seen.includes(label)) seen.push(label);
      return seen;
    },
    { intervals: [20], timeout: 20_000 },
  );
  await Promise.all([watching.toContain('Engine is offline'), engine.kill('SIGKILL')]);
});

test('where no tray is shown, closing the window ends the shell', async ({ startEngine, launch }) => {
  const engine = await startEngine();
  const { app } = await launch();
  const ended = once(app.process(), 'exit');
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()).catch(() => {});
  expect((await ended)[0]).toBe(0);
  expect(engine.isRunning()).toBe(true);
});
