/** Finds an installed browser of the Chromium family. */

import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/** @typedef {{ name: string, path: string }} Browser */

/** In the order of preference; commands are looked for on the PATH. */
const linux = [
  { name: 'Chromium', commands: ['chromium', 'chromium-browser'] },
  { name: 'Google Chrome', commands: ['google-chrome', 'google-chrome-stable'] },
  { name: 'Microsoft Edge', commands: ['microsoft-edge', 'microsoft-edge-stable', 'msedge'] },
  { name: 'Brave', commands: ['brave-browser', 'brave'] },
];

const mac = ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Brave Browser'];

const windows = [
  { name: 'Google Chrome', file: 'Google\\Chrome\\Application\\chrome.exe' },
  { name: 'Chromium', file: 'Chromium\\Application\\chrome.exe' },
  { name: 'Microsoft Edge', file: 'Microsoft\\Edge\\Application\\msedge.exe' },
  { name: 'Brave', file: 'BraveSoftware\\Brave-Browser\\Application\\brave.exe' },
];

/**
 * Every place to look, best first. Pure.
 * @param {{ env: NodeJS.ProcessEnv, platform: string, userFolder: string }} machine
 * @returns {Browser[]}
 */
export function browserPlaces({ env, platform, userFolder }) {
  if (platform === 'win32') {
    const folders = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter((folder) => folder !== undefined);
    return windows.flatMap(({ name, file }) => folders.map((folder) => ({ name, path: path.win32.join(folder, file) })));
  }
  if (platform === 'darwin') {
    const folders = ['/Applications', `${userFolder}/Applications`];
    return mac.flatMap((name) => folders.map((folder) => ({ name, path: `${folder}/${name}.app/Contents/MacOS/${name}` })));
  }
  const folders = (env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'));
  return linux.flatMap(({ name, commands }) =>
    commands.flatMap((command) => folders.map((folder) => ({ name, path: `${folder}/${command}` }))),
  );
}

/**
 * @param {{ env: NodeJS.ProcessEnv, platform: string, userFolder: string }} machine
 * @returns {Browser | null}
 */
export function findBrowser(machine) {
  return browserPlaces(machine).find(({ path: place }) => isProgram(place)) ?? null;
}

/** @param {string} place */
function isProgram(place) {
  try {
    accessSync(place, constants.X_OK);
    return statSync(place).isFile();
  } catch {
    return false;
  }
}
