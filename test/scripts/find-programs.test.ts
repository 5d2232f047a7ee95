import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { browserPlaces, findBrowser } from '../../scripts/lib/browser-binary.mjs';
import { downloadAddress, fetchElectron, findElectron, probe } from '../../scripts/lib/electron-binary.mjs';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-programs-'));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true }));
});

function program(path: string, mode = 0o755): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, mode);
  return file;
}

describe('a browser', () => {
  const machine = () => ({ platform: 'linux', userFolder: '/home/me', env: { PATH: `${folder}/one:${folder}/two:relative` } });

  it('is looked for on the PATH, Chromium first', () => {
    expect(findBrowser(machine())).toBeNull();
    const chrome = program('one/google-chrome');
    expect(findBrowser(machine())).toEqual({ name: 'Google Chrome', path: chrome });
    const chromium = program('two/chromium');
    expect(findBrowser(machine())).toEqual({ name: 'Chromium', path: chromium });
  });

  it('is passed over when it can not be run or is a folder', () => {
    program('one/chromium', 0o644);
    mkdirSync(join(folder, 'two/chromium'), { recursive: true });
    const brave = program('two/brave-browser');
    expect(findBrowser(machine())).toEqual({ name: 'Brave', path: brave });
  });

  it('is looked for where macOS and Windows install it', () => {
    const onMac = browserPlaces({ platform: 'darwin', userFolder: '/Users/me', env: {} });
    expect(onMac.map(({ path }) => path)).toContain('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome');
    const onWindows = browserPlaces({ platform: 'win32', userFolder: 'C:\\Users\\me', env: { PROGRAMFILES: 'C:\\Program Files' } });
    expect(onWindows.map(({ path }) => path)).toContain('C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe');
  });
});

describe('Electron', () => {
  it('is found in the folder that ELECTRON_OVERRIDE_DIST_PATH names, ahead of its package', () => {
    const place = { root: folder, platform: 'linux', env: { ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'dist') } };
    expect(findElectron(place)).toBeNull();
    const path = program('dist/electron');
    writeFileSync(join(folder, 'dist/version'), 'v33.2.1\n');
    expect(findElectron(place)).toEqual({ path, version: '33.2.1' });
  });

  it('is found in its package once its binary was fetched', () => {
    const place = { root: folder, platform: 'linux', env: {} };
    mkdirSync(join(folder, 'node_modules/electron'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{}');
    writeFileSync(join(folder, 'node_modules/electron/package.json'), JSON.stringify({ name: 'electron', version: '45.4.1' }));
    expect(findElectron(place)).toBeNull();
    const path = program('node_modules/electron/dist/electron');
    writeFileSync(join(folder, 'node_modules/electron/dist/version'), '45.4.1');
    expect(findElectron(place)).toEqual({ path, version: '45.4.1' });
  });

  it('is fetched from its releases, or from the mirror that was named', () => {
    expect(downloadAddress('45.4.1', {})).toBe('https://github.com/electron/electron/releases/download/v45.4.1/SHASUMS256.txt');
    expect(downloadAddress('45.4.1', { ELECTRON_MIRROR: 'http://mirror.test/e' })).toBe('http://mirror.test/e/v45.4.1/SHASUMS256.txt');
  });

  it('is not fetched when its package is missing', async () => {
    const options = { root: folder, env: {}, probeMs: 100, downloadMs: 100, say: () => {}, signal: new AbortController().signal };
    expect(await fetchElectron(options)).toBe('its package is not installed');
  });

  it('is fetched by its own install step, and a failure of that is told', async () => {
    const server = createServer((_, response) => response.end());
    const { port } = await listen(server);
    mkdirSync(join(folder, 'node_modules/electron'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{}');
    writeFileSync(join(folder, 'node_modules/electron/package.json'), JSON.stringify({ name: 'electron', version: '45.4.1' }));
    const env = { ELECTRON_MIRROR: `http://127.0.0.1:${port}/` };
    const options = { root: folder, env, probeMs: 5_000, downloadMs: 20_000, say: () => {}, signal: new AbortController().signal };

    const install = join(folder, 'node_modules/electron/install.js');
    writeFileSync(install, "console.error('no space left'); process.exit(1);");
    expect(await fetchElectron(options)).toBe('its download failed (no space left)');
    writeFileSync(install, "const fs = require('fs'); fs.mkdirSync('dist'); fs.writeFileSync('dist/electron', '');");
    expect(await fetchElectron(options)).toBeNull();
    expect(findElectron({ root: folder, platform: 'linux', env: {} })).not.toBeNull();
  });
});

describe('the probe of a download host', () => {
  const never = new AbortController().signal;

  it('accepts an answer and refuses an error', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/there' ? 200 : 404;
      response.end();
    });
    const { port } = await listen(server);
    expect(await probe(`http://127.0.0.1:${port}/there`, 5_000, never)).toBeNull();
    expect(await probe(`http://127.0.0.1:${port}/gone`, 5_000, never)).toBe(`127.0.0.1:${port} answered 404`);
  });

  it('gives up on a host that accepts and stays silent', async () => {
    const { port } = await listen(createTcpServer(() => {}));
    expect(await probe(`http://127.0.0.1:${port}/`, 50, never)).toBe(`127.0.0.1:${port} did not answer within 0.05 s`);
  });

  it('knows a host that refuses', async () => {
    const server = createTcpServer();
    const { port } = await listen(server);
    server.close();
    expect(await probe(`http://127.0.0.1:${port}/`, 5_000, never)).toBe(`127.0.0.1:${port} can't be reached`);
  });
});

async function listen(server: Server): Promise<AddressInfo> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address() as AddressInfo;
}
