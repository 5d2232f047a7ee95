/** The life of the shell: what is made when the app is ready, who hears of what, and the order of the end. */

import { app, dialog, session } from 'electron';
import { serveApp } from './app-protocol.ts';
import { deadPath } from './end-batch.ts';
import { startEngine } from './engine-child.ts';
import { EngineFeed, setAllPaused } from './engine-feed.ts';
import { EngineSupervisor } from './engine-supervisor.ts';
import { MainWindow } from './main-window.ts';
import { setMenu } from './menu.ts';
import { EndNotifier } from './notifications.ts';
import { guardContents, guardSession } from './session-guard.ts';
import type { StartRequest } from './start-request.ts';
import { TrayIcon } from './tray.ts';
import type { TrayAction } from './tray-model.ts';
import { TrayState } from './tray-state.ts';

export type ShellPlaces = {
  home: string;
  /** Chromium's profile and the window's place, inside the home. */
  profile: string;
  /** The address of `electron-vite dev`, else undefined. */
  devServer: string | undefined;
  engineEntry: string;
  preload: string;
  rendererFolder: string;
};

/** Only once the app is ready. */
export function runShell(places: ShellPlaces, request: StartRequest): void {
  const inDevelopment = places.devServer !== undefined;
  const engine = new EngineSupervisor(places.home, () => startEngine(places.engineEntry, places.home));

  guardSession(session.defaultSession, places.devServer);
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  serveApp(session.defaultSession, { folder: places.rendererFolder, devServer: places.devServer }, engine);
  setMenu(inDevelopment);

  const window = new MainWindow({
    preload: places.preload,
    placeFile: `${places.profile}/window.json`,
    inDevelopment,
    // The dock leads back on macOS; elsewhere only a tray does, and only where the desktop shows one.
    mayHide: async () => process.platform === 'darwin' || (await tray.isThere()),
  });
  const notifier = new EndNotifier(
    (path) => window.open(path),
    () => window.flash(),
  );

  const trayState = new TrayState((model) => tray.show(model));
  const tray = new TrayIcon(trayState.model, (action) => void act(action));
  engine.on('state', ({ status }) => trayState.connection(status));
  const feed = new EngineFeed(engine, {
    counts: (counts) => trayState.counts(counts),
    queues: (queues) => trayState.queues(queues),
    died: (job) => notifier.ended(job),
    // Of every dead job is told in any case.
    asked: (job) => {
      if (job.state !== 'dead') notifier.ended(job);
    },
  });

  async function act(action: TrayAction): Promise<void> {
    if (action === 'open') window.open();
    else if (action === 'open-dead') window.open(deadPath);
    else if (action === 'quit') app.quit();
    else await pauseAll(engine, action === 'pause-all');
  }

  app.on('second-instance', (_event, _words, _folder, asked) => window.open((asked as StartRequest).path ?? undefined));
  app.on('activate', () => window.open());
  // A window that may not hide closes, and without a way back to it the shell ends too.
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', () => window.letGo());
  endInOrder(async () => {
    feed.close();
    notifier.close();
    tray.close();
    await engine.stop();
  });

  engine.start();
  void tray.isThere();
  window.open(request.path ?? undefined);
}

async function pauseAll(engine: EngineSupervisor, paused: boolean): Promise<void> {
  try {
    if (engine.state.status === 'live') await setAllPaused(engine.state.endpoint, paused);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    await dialog.showMessageBox({ type: 'error', message: `Not every queue was ${paused ? 'paused' : 'resumed'}`, detail });
  }
}

/** Holds the end back until everything has stopped; a second request meanwhile changes nothing. */
function endInOrder(stop: () => Promise<void>): void {
  let stopping = false;
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (stopping) return;
    stopping = true;
    void stop()
      .catch((error) => console.error('switchyard: stopping failed:', error))
      .then(() => app.exit(0));
  });
}
