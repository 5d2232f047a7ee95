import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileFor, rendererFile } from '../../../electron/renderer-files.ts';

let base: string;
let folder: string;

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'switchyard-renderer-'));
  folder = join(base, 'renderer');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  mkdirSync(join(base, 'renderer-secret'));
  writeFileSync(join(base, 'secret.txt'), 'secret');
  writeFileSync(join(base, 'renderer-secret', 'a.txt'), 'secret');
  writeFileSync(join(folder, 'index.html'), '<p>window</p>');
  writeFileSync(join(folder, 'assets', 'main.js'), 'export {}');
});

afterAll(() => rmSync(base, { recursive: true }));

test('files are served with their type and a policy that lets in no foreign script', async () => {
  const page = await rendererFile(folder, '/');
  expect(await page.text()).toBe('<p>window</p>');
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy.split('; ')).toEqual(
    expect.arrayContaining(["default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "frame-ancestors 'none'"]),
  );
  expect((await rendererFile(folder, '/assets/main.js')).headers.get('content-type')).toBe('text/javascript; charset=utf-8');
});

test('no address leads out of the folder', async () => {
  const addresses = [
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/../renderer-secret/a.txt',
    '/..\\secret.txt',
    '/%00',
    '/%zz',
    '/..',
  ];
  for (const address of addresses) {
    const answer = await rendererFile(folder, address);
    expect([answer.status, await answer.text()], address).toEqual([404, expect.not.stringContaining('secret')]);
  }
  expect(fileFor(folder, '//etc/passwd')).toBe(join(folder, 'etc/passwd'));
});

test('what is not there is 404, folders included', async () => {
  for (const address of ['/missing.js', '/assets', '/assets/']) expect((await rendererFile(folder, address)).status, address).toBe(404);
});
