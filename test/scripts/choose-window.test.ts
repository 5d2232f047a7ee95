import { describe, expect, it } from 'vitest';
import { chooseWindow, describeChoice, hasDisplay } from '../../scripts/lib/choose-window.mjs';
import { readStartArguments } from '../../scripts/lib/start-arguments.mjs';
import { browserArguments, profileFolder } from '../../scripts/lib/window-process.mjs';

const electron = { path: '/dist/electron', version: '45.4.1' };
const browser = { name: 'Chromium', path: '/usr/bin/chromium' };
const whyNoElectron = 'github.com did not answer within 5 s';

describe('the window that npm start opens', () => {
  it('is Electron where its binary is', () => {
    const choice = chooseWindow({ display: true, electron, whyNoElectron: '', browser });
    expect(choice).toMatchObject({ kind: 'electron', electron });
    expect(describeChoice(choice)).toBe('Window: Electron 45.4.1, as its binary is here.');
  });

  it('is a browser where Electron can not be had, and the line says why', () => {
    const choice = chooseWindow({ display: true, electron: null, whyNoElectron, browser });
    expect(choice).toMatchObject({ kind: 'browser', browser });
    expect(describeChoice(choice)).toBe(
      'Window: Chromium (/usr/bin/chromium), as Electron is not here and github.com did not answer within 5 s.',
    );
  });

  it('is only an address where neither is', () => {
    const choice = chooseWindow({ display: true, electron: null, whyNoElectron, browser: null });
    expect(choice.kind).toBe('address');
    expect(describeChoice(choice)).toContain('no browser of the Chromium family is installed');
  });

  it('is only an address without a display, whatever is installed', () => {
    const choice = chooseWindow({ display: false, electron, whyNoElectron: '', browser });
    expect(choice.kind).toBe('address');
    expect(describeChoice(choice)).toContain('there is no display');
  });

  it('needs a display to be named on Linux and on nothing else', () => {
    expect(hasDisplay({ platform: 'linux', env: {} })).toBe(false);
    expect(hasDisplay({ platform: 'linux', env: { DISPLAY: '' } })).toBe(false);
    expect(hasDisplay({ platform: 'linux', env: { DISPLAY: ':0' } })).toBe(true);
    expect(hasDisplay({ platform: 'linux', env: { WAYLAND_DISPLAY: 'wayland-0' } })).toBe(true);
    expect(hasDisplay({ platform: 'darwin', env: {} })).toBe(true);
    expect(hasDisplay({ platform: 'win32', env: {} })).toBe(true);
  });
});

describe('the browser', () => {
  it('gives up its sandbox for root only', () => {
    const address = 'http://127.0.0.1:4000/session?code=x';
    const asUser = browserArguments({ address, profile: '/home/me/profile', asRoot: false });
    expect(asUser).toContain(`--app=${address}`);
    expect(asUser).toContain('--user-data-dir=/home/me/profile');
    expect(asUser).not.toContain('--no-sandbox');
    expect(browserArguments({ address, profile: '/home/me/profile', asRoot: true })).toEqual([...asUser, '--no-sandbox', '--test-type']);
  });

  it('keeps its profile in the home, except where a snap could not read it', () => {
    const place = { home: '/home/me/.local/share/switchyard', userFolder: '/home/me' };
    expect(profileFolder({ ...place, browserPath: '/usr/bin/google-chrome' })).toBe('/home/me/.local/share/switchyard/window');
    expect(profileFolder({ ...place, browserPath: '/snap/bin/chromium' })).toBe('/home/me/snap/chromium/common/switchyard');
  });
});

describe('npm start', () => {
  it('takes a port in either notation', () => {
    expect(readStartArguments([])).toEqual({ port: null });
    expect(readStartArguments(['--port', '4000'])).toEqual({ port: 4000 });
    expect(readStartArguments(['--port=0'])).toEqual({ port: 0 });
  });

  it.each([[['--port']], [['--port', 'web']], [['--port', '70000']], [['--prot', '1']], [['4000']]])('refuses %j', (args) => {
    expect(readStartArguments(args)).toHaveProperty('problem');
  });
});
