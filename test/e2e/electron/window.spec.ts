import { ask, expect, test } from './support/shell.ts';

test('the window shows the app from its own origin', async ({ startEngine, launch }) => {
  await startEngine();
  const { page } = await launch();
  expect(new URL(page.url()).href).toMatch(/^app:\/\/switchyard\//);
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
});

test('requests on the own origin reach the engine, with their bodies, statuses and problems', async ({ startEngine, launch }) => {
  await startEngine();
  const { page } = await launch();
  await expect.poll(() => ask(page, '/v1/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
  const job = { task: 'shell.run', payload: { command: 'true' }, mode: 'async', tags: ['späť'] };
  expect(await ask(page, '/v1/jobs', job)).toMatchObject({ status: 202, body: { task: 'shell.run', tags: ['späť'] } });
  expect(await ask(page, '/v1/jobs/none')).toMatchObject({ status: 404, body: { code: 'not-found' } });
});

test('the event stream flows to EventSource while it goes on', async ({ startEngine, launch }) => {
  await startEngine();
  const { page } = await launch();
  await expect.poll(async () => (await ask(page, '/v1/health')).status).toBe(200);
  const seen = await page.evaluate(async () => {
    const source = new EventSource('/v1/events');
    await new Promise((resolve) => source.addEventListener('open', resolve, { once: true }));
    const died = new Promise<string>((resolve) => source.addEventListener('job.dead', (event) => resolve(event.data), { once: true }));
    const job = { task: 'shell.run', payload: { command: 'false' }, mode: 'async', retry: { maxAttempts: 1 } };
    const answer = await fetch('/v1/jobs', { method: 'POST', body: JSON.stringify(job), headers: { 'content-type': 'application/json' } });
    const { id } = await answer.json();
    const event = JSON.parse(await died);
    source.close();
    return { submitted: id, dead: event.job.id };
  });
  expect(seen.dead).toBe(seen.submitted);
});

test('a page has nothing of Node, of Electron or of the shell, and no developer tools', async ({ startEngine, launch }) => {
  await startEngine();
  const { app, page } = await launch();
  const found = await page.evaluate(() =>
    ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].filter((name) => name in globalThis),
  );
  expect(found).toEqual([]);
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> };
    return contents.getLastWebPreferences();
  });
  expect(preferences).toMatchObject({ contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true });
  const opened = await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    contents?.openDevTools();
    return contents?.isDevToolsOpened();
  });
  expect(opened).toBe(false);
});

test('the window cannot be led away, and only web addresses are handed to the system', async ({ startEngine, launch }) => {
  await startEngine();
  const { app, page } = await launch();
  await app.evaluate(({ shell }) => {
    const opened: string[] = [];
    Object.assign(globalThis, { opened });
    shell.openExternal = async (address) => void opened.push(address);
  });
  const before = page.url();
  const windows = await page.evaluate(() =>
    ['https://example.com/a', 'file:///etc/passwd', 'javascript:alert(1)', 'app://switchyard/'].map((address) => window.open(address)),
  );
  expect(windows).toEqual([null, null, null, null]);
  await page.evaluate(() => {
    window.location.href = 'https://example.com/b';
  });
  // Answered by the same page, after the refused navigation.
  expect(await page.evaluate(() => document.location.href)).toBe(before);
  expect(app.windows()).toHaveLength(1);
  expect(await app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened)).toEqual(['https://example.com/a']);
});

test('nothing but the own document gets an answer: no other origin, no frame, no path outside the built files', async ({
  startEngine,
  launch,
}) => {
  await startEngine();
  const { page } = await launch();
  await expect.poll(async () => (await ask(page, '/v1/health')).status).toBe(200);
  const outcomes = await page.evaluate(async () => {
    const outcome = (address: string) =>
      fetch(address).then(
        (response) => response.status,
        () => 'refused',
      );
    const frame = (document: Partial<HTMLIFrameElement>) =>
      new Promise<string>((resolve) => {
        const element = Object.assign(window.document.createElement('iframe'), document);
        element.addEventListener('load', () => resolve(element.contentDocument?.body?.innerText ? 'shown' : 'empty'));
        window.document.body.append(element);
      });
    return {
      internet: await outcome('https://example.com/'),
      loopback: await outcome('http://127.0.0.1:9/'),
      otherHost: await outcome('app://elsewhere/v1/health'),
      file: await outcome('file:///etc/passwd'),
      outside: await outcome('/..%2f..%2fpackage.json'),
      missing: await outcome('/no-such-file.js'),
      frame: await frame({ src: '/v1/health' }),
    };
  });
  expect(outcomes).toEqual({
    internet: 'refused',
    loopback: 'refused',
    otherHost: 'refused',
    file: 'refused',
    outside: 404,
    missing: 404,
    frame: 'empty',
  });
});

test('the session itself refuses the internet, whatever the page’s own policy says', async ({ startEngine, launch }) => {
  await startEngine();
  const { app } = await launch();
  for (const address of ['https://example.com/', 'http://127.0.0.1:9/']) {
    const outcome = app.evaluate(({ session }, address) => session.defaultSession.fetch(address).then(({ status }) => status), address);
    await expect(outcome, address).rejects.toThrow('ERR_BLOCKED_BY_CLIENT');
  }
});

test('permissions are refused, but copying works', async ({ startEngine, launch }) => {
  await startEngine();
  const { app, page } = await launch();
  const answers = await page.evaluate(async () => ({
    notifications: await Notification.requestPermission(),
    place: await new Promise((resolve) =>
      navigator.geolocation.getCurrentPosition(
        () => resolve('given'),
        ({ code }) => resolve(code),
      ),
    ),
    copy: await navigator.clipboard.writeText('an id').then(
      () => 'copied',
      (error: Error) => error.name,
    ),
  }));
  expect(answers).toEqual({ notifications: 'denied', place: 1, copy: 'copied' });
  // The page is told of a copy as soon as it has sent it off; the main process may take it a moment later.
  await expect.poll(() => app.evaluate(({ clipboard }) => clipboard.readText())).toBe('an id');
});

test('a second start brings the first window to the front, at the job that it names, and ends', async ({
  startEngine,
  launch,
  launchAgain,
}) => {
  await startEngine();
  const { app, page } = await launch();
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
  const id = '01900000-0000-7000-8000-000000000001';
  const second = await launchAgain([`--open-job=${id}`]);
  expect(second.code).toBe(0);
  expect(second.output).toContain('open already');
  await expect
    .poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.isVisible())))
    .toEqual([true]);
  await expect.poll(() => page.evaluate(() => location.hash)).toContain(id);
});

test('the window comes back where it was', async ({ startEngine, launch }) => {
  await startEngine();
  const first = await launch();
  const bounds = { x: 40, y: 30, width: 900, height: 600 };
  await first.app.evaluate(({ BrowserWindow }, bounds) => BrowserWindow.getAllWindows()[0]?.setBounds(bounds), bounds);
  await expect.poll(() => first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())).toEqual(bounds);
  await first.app.close();
  const second = await launch();
  expect(await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())).toMatchObject({
    width: 900,
    height: 600,
  });
});
