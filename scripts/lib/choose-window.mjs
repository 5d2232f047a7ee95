/** Which window `npm start` opens, and why. Pure. */

/** @typedef {import('./electron-binary.mjs').ElectronBinary} ElectronBinary */
/** @typedef {import('./browser-binary.mjs').Browser} Browser */

/**
 * @typedef {{ kind: 'electron', electron: ElectronBinary, reason: string }
 *   | { kind: 'browser', browser: Browser, reason: string }
 *   | { kind: 'address', reason: string }} Choice
 */

/**
 * @param {{ env: NodeJS.ProcessEnv, platform: string }} machine
 */
export function hasDisplay({ env, platform }) {
  return platform === 'darwin' || platform === 'win32' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/**
 * @param {{ display: boolean, electron: ElectronBinary | null, whyNoElectron: string, browser: Browser | null }} found
 *   `whyNoElectron` is read only where `electron` is null
 * @returns {Choice}
 */
export function chooseWindow({ display, electron, whyNoElectron, browser }) {
  if (!display) return { kind: 'address', reason: 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)' };
  if (electron) return { kind: 'electron', electron, reason: 'its binary is here' };
  if (browser) return { kind: 'browser', browser, reason: `Electron is not here and ${whyNoElectron}` };
  return { kind: 'address', reason: `Electron is not here and ${whyNoElectron}, and no browser of the Chromium family is installed` };
}

/** @param {Choice} choice */
export function describeChoice(choice) {
  if (choice.kind === 'electron') return `Window: Electron ${choice.electron.version}, as ${choice.reason}.`;
  if (choice.kind === 'browser') return `Window: ${choice.browser.name} (${choice.browser.path}), as ${choice.reason}.`;
  return `Window: none opened, as ${choice.reason}. Open the address below in a browser.`;
}
