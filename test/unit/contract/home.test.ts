import { describe, expect, test } from 'vitest';
import { homeFolder } from '../../../contract/home.ts';

const linux = { platform: 'linux', userFolder: '/home/ada' };
const darwin = { platform: 'darwin', userFolder: '/Users/ada' };
const win32 = { platform: 'win32', userFolder: 'C:\\Users\\ada' };

describe('the home', () => {
  test.each([
    { where: 'on Linux by the XDG default', ...linux, env: {}, folder: '/home/ada/.local/share/switchyard' },
    { where: 'on Linux below XDG_DATA_HOME', ...linux, env: { XDG_DATA_HOME: '/data' }, folder: '/data/switchyard' },
    { where: 'not below a relative XDG_DATA_HOME', ...linux, env: { XDG_DATA_HOME: 'data' }, folder: '/home/ada/.local/share/switchyard' },
    { where: 'not below an empty XDG_DATA_HOME', ...linux, env: { XDG_DATA_HOME: '' }, folder: '/home/ada/.local/share/switchyard' },
    { where: 'on FreeBSD as on Linux', ...linux, platform: 'freebsd', env: {}, folder: '/home/ada/.local/share/switchyard' },
    { where: 'on macOS', ...darwin, env: {}, folder: '/Users/ada/Library/Application Support/switchyard' },
    {
      where: 'on macOS whatever XDG says',
      ...darwin,
      env: { XDG_DATA_HOME: '/x' },
      folder: '/Users/ada/Library/Application Support/switchyard',
    },
    { where: 'on Windows', ...win32, env: { LOCALAPPDATA: 'D:\\Local' }, folder: 'D:\\Local\\switchyard' },
    { where: 'on Windows without LOCALAPPDATA', ...win32, env: {}, folder: 'C:\\Users\\ada\\AppData\\Local\\switchyard' },
  ])('is $where', ({ env, platform, userFolder, folder }) => {
    expect(homeFolder({ env, platform, userFolder })).toBe(folder);
  });

  test.each([linux, darwin, win32])('is what SWITCHYARD_HOME says, on $platform too', (place) => {
    expect(homeFolder({ ...place, env: { SWITCHYARD_HOME: '/srv/jobs', XDG_DATA_HOME: '/data' } })).toBe('/srv/jobs');
    expect(homeFolder({ ...place, env: { SWITCHYARD_HOME: '' } })).toBe(homeFolder({ ...place, env: {} }));
  });
});
