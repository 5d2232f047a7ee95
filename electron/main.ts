/** Electron's main process: puts the parts of the shell together. */

import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';
import { homeFolder } from '../contract/home.ts';
import { registerAppScheme } from './app-protocol.ts';
import { runShell } from './shell.ts';
import { startRequest } from './start-request.ts';

// The terminal that started it may be gone; that must not end the window.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

registerAppScheme();
app.setName('Switchyard');
app.setAppUserModelId('switchyard');

const home = homeFolder({ env: process.env, platform: process.platform, userFolder: homedir() });
mkdirSync(home, { recursive: true, mode: 0o700 });
const profile = join(home, 'desktop');
// Also what makes the instance lock one per home.
app.setPath('userData', profile);

const request = startRequest(process.argv);
if (app.requestSingleInstanceLock(request)) {
  const devServer = app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL;
  const shell = {
    home,
    profile,
    devServer,
    engineEntry: join(import.meta.dirname, 'engine.js'),
    preload: join(import.meta.dirname, '../preload/preload.cjs'),
    rendererFolder: join(import.meta.dirname, '../renderer'),
  };
  // Not awaited: a module that waits for "ready" at its top level keeps the app from becoming ready.
  void app.whenReady().then(() => runShell(shell, request));
} else {
  console.log('switchyard: the window of this home is open already; it has been brought to the front');
  app.exit(0);
}
