import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestApi } from '../support/test-api.ts';
import { startTestApi, testToken } from '../support/test-api.ts';

let t: TestApi;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-window-'));
  mkdirSync(join(folder, 'window', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'outside');
  writeFileSync(join(folder, 'window', 'index.html'), '<!doctype html><title>window</title>');
  writeFileSync(join(folder, 'window', 'assets', 'main-abc.js'), 'export {};');
  t = await startTestApi({ port: 0, rendererFolder: join(folder, 'window') });
});
afterAll(async () => {
  await t.close();
  rmSync(folder, { recursive: true });
});

const authorization = `Bearer ${testToken}`;
const tcp = (path: string, headers: Record<string, string> = { authorization }, method = 'GET') =>
  t.request(path, { tcp: true, headers, method });
const own = () => `127.0.0.1:${t.api.port}`;

/** Follows a one-time address as a browser does. */
async function openSession(): Promise<string> {
  const reply = await tcp(t.api.windowAddress().slice(`http://${own()}`.length), {});
  return String(reply.headers['set-cookie']?.[0]).split(';')[0] ?? '';
}

describe('over TCP', () => {
  test('a token lets in, and without one nothing does', async () => {
    expect((await tcp('/v1/health')).status).toBe(200);
    for (const path of ['/v1/health', '/v1/jobs', '/v1/events', '/v1/nothing', '/metrics', '/openapi.json', '/assets/main-abc.js']) {
      const reply = await tcp(path, {});
      expect(reply.status).toBe(401);
      expect(reply.headers['www-authenticate']).toBe('Bearer realm="switchyard"');
      expect(reply.problem().code).toBe('unauthorized');
    }
  });

  test.each([
    'Bearer',
    'Bearer ',
    'Bearer x',
    `Bearer ${testToken}x`,
    `Bearer ${testToken.slice(1)}`,
    `Basic ${testToken}`,
    testToken,
    `Bearer ${'é'.repeat(43)}`,
  ])('the authorization %s does not', async (wrong) => {
    expect((await tcp('/v1/health', { authorization: wrong })).status).toBe(401);
  });

  test('a wrong token is not made good by a session', async () => {
    expect((await tcp('/v1/health', { cookie: await openSession(), authorization: 'Bearer x' })).status).toBe(401);
  });

  test('a Host that is not this one is refused before all else', async () => {
    const port = String(t.api.port);
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      '127.0.0.1:1',
      `127.0.0.1.evil.example:${port}`,
      `user@127.0.0.1:${port}`,
    ]) {
      const reply = await tcp('/v1/health', { host, authorization, origin: 'http://evil.example' });
      expect(reply.status).toBe(421);
      expect(reply.problem().code).toBe('misdirected-request');
    }
    for (const host of [own(), `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
      expect((await tcp('/v1/health', { host, authorization })).status).toBe(200);
    }
    for (const host of ['', 'Host:\r\n']) {
      expect(await t.raw(`GET /v1/health HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, { tcp: true })).toMatch(/^HTTP\/1\.1 421 /);
    }
    const absolute = `GET http://evil.example/v1/health HTTP/1.1\r\nHost: ${own()}\r\nConnection: close\r\n\r\n`;
    expect(await t.raw(absolute, { tcp: true })).toMatch(/^HTTP\/1\.1 421 /);
  });

  test('a foreign Origin is refused, whatever token comes with it', async () => {
    const origins = [
      'http://evil.example',
      'null',
      'http://127.0.0.1:1',
      `https://${own()}`,
      `http://${own()}.evil.example`,
      'nonsense',
      'file://',
    ];
    for (const origin of origins) {
      const reply = await tcp('/v1/jobs', { authorization, origin });
      expect(reply.status).toBe(403);
      expect(reply.problem().code).toBe('foreign-origin');
    }
    expect((await tcp('/v1/jobs', { authorization, origin: `http://${own()}` })).status).toBe(200);
  });

  test('a page of another site, or of another port, is refused where browsers send no Origin', async () => {
    for (const site of ['cross-site', 'same-site']) {
      expect((await tcp('/v1/jobs', { cookie: await openSession(), 'sec-fetch-site': site })).status).toBe(403);
    }
    for (const site of ['same-origin', 'none']) {
      expect((await tcp('/v1/jobs', { cookie: await openSession(), 'sec-fetch-site': site })).status).toBe(200);
    }
  });

  test('no answer has a CORS header, nor does a preflight', async () => {
    const preflight = { origin: 'http://evil.example', 'access-control-request-method': 'POST' };
    for (const reply of [await tcp('/v1/jobs', preflight, 'OPTIONS'), await tcp('/v1/jobs')]) {
      expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  test('the socket needs none of this', async () => {
    expect((await t.request('/v1/health', { headers: { host: 'evil.example' } })).status).toBe(200);
  });
});

describe('the window', () => {
  test('opens by an address that is good once, and then by its cookie', async () => {
    const address = t.api.windowAddress();
    expect(address).toMatch(new RegExp(`^http://${own().replaceAll('.', '\\.')}/session\\?code=[\\w-]{43}$`));
    const path = address.slice(`http://${own()}`.length);
    const opened = await tcp(path, {});
    expect(opened.status).toBe(303);
    expect(opened.headers.location).toBe('/');
    const [cookie = ''] = opened.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(new RegExp(`^switchyard_session_${t.api.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`));
    const [pair = ''] = cookie.split(';');
    expect((await tcp('/v1/health', { cookie: `other=1; ${pair}` })).status).toBe(200);

    const again = await tcp(path, {});
    expect(again.status).toBe(401);
    expect(again.text).toContain('switchyard url');
    expect(again.headers['set-cookie']).toBeUndefined();
  });

  test('does not open by an address older than a minute, by none, or by looking', async () => {
    const path = t.api.windowAddress().slice(`http://${own()}`.length);
    expect((await tcp(path, {}, 'HEAD')).status).toBe(405);
    const before = t.clock.now;
    t.clock.now += 60_000;
    expect((await tcp(path, {})).status).toBe(401);
    t.clock.now = before;
    for (const code of ['', 'code=', 'code=x', 'code=a&code=b', 'code=%00']) expect((await tcp(`/session?${code}`, {})).status).toBe(401);
    expect((await tcp('/session?code=%ff', {})).status).toBe(400);
  });

  test('keeps a bounded number of sessions, and the oldest goes first', async () => {
    const first = await openSession();
    for (let more = 0; more < 63; more += 1) await openSession();
    const second = await openSession();
    expect((await tcp('/v1/health', { cookie: first })).status).toBe(401);
    expect((await tcp('/v1/health', { cookie: second })).status).toBe(200);
  });

  test('forgets a session that was not used for a week', async () => {
    const cookie = await openSession();
    const before = t.clock.now;
    t.clock.now += 6 * 86_400_000;
    expect((await tcp('/v1/health', { cookie })).status).toBe(200);
    t.clock.now += 6 * 86_400_000;
    expect((await tcp('/v1/health', { cookie })).status).toBe(200);
    t.clock.now += 8 * 86_400_000;
    expect((await tcp('/v1/health', { cookie })).status).toBe(401);
    t.clock.now = before;
  });

  test('gets its files with the headers that keep others out', async () => {
    const cookie = await openSession();
    const page = await tcp('/', { cookie });
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('<title>window'), headers: { 'cache-control': 'no-cache' } });
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
    expect(page.headers).toMatchObject({
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    const script = await tcp('/assets/main-abc.js', { cookie });
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': expect.stringContaining('immutable'),
    });
    expect((await tcp('/', { cookie, 'if-none-match': String(page.headers.etag) })).status).toBe(304);
    expect(await tcp('/', { cookie }, 'HEAD')).toMatchObject({ status: 200, text: '' });
  });

  test('gets its first page for each place inside it, and not found for a file that is none', async () => {
    const cookie = await openSession();
    for (const path of ['/jobs', '/jobs/0190', '/dead-letters?x=1']) expect((await tcp(path, { cookie })).text).toContain('<title>window');
    expect((await tcp('/assets/gone.js', { cookie })).status).toBe(404);
    expect((await tcp('/v1/nothing', { cookie })).problem().code).toBe('not-found');
    expect((await tcp('/jobs', { cookie }, 'POST')).status).toBe(404);
  });

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..%5csecret.txt',
    '/assets/%00.js',
    '//etc/hosts.txt',
  ])('does not reach %s', async (path) => {
    const reply = await tcp(path, { cookie: await openSession() });
    expect(reply.status).toBe(404);
    expect(reply.text).not.toContain('outside');
  });

  test('tells a browser without a session how to get one', async () => {
    const reply = await tcp('/', { accept: 'text/html,*/*' });
    expect(reply.status).toBe(401);
    expect(reply.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(reply.text).toContain('switchyard url');
  });

  test('that was not built says how to build it', async () => {
    for (const rendererFolder of [null, join(folder, 'gone')]) {
      const other = await startTestApi({ port: 0, rendererFolder });
      const reply = await other.request('/', { tcp: true });
      expect(reply.status).toBe(503);
      expect(reply.text).toContain('npm run build');
      await other.close();
    }
  });

  test('has its address asked for over the socket; without TCP there is none', async () => {
    const { address } = await t.client.call('makeWindowAddress', {});
    expect((await tcp(address.slice(`http://${own()}`.length), {})).status).toBe(303);
    const other = await startTestApi();
    expect(other.api.port).toBeNull();
    await expect(other.client.call('makeWindowAddress', {})).rejects.toMatchObject({
      code: 'wrong-state',
      message: expect.stringContaining('--port'),
    });
    await other.close();
  });
});
