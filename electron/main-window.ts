/** The one window: hardened, put back where it was, opened at a place. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BrowserWindow, nativeTheme, screen } from 'electron';
import type { ToPreload } from './channels.ts';
import { appIcon } from './icons.ts';
import { appOrigin } from './request-rules.ts';
import type { WindowPlace } from './window-place.ts';
import { parsePlace, placeWindow, smallestWindow } from './window-place.ts';

export type WindowOptions = {
  preload: string;
  /** Where the window's place is remembered. */
  placeFile: string;
  inDevelopment: boolean;
  /** Asked when a person closes the window: true hides it (something else leads back to it), false lets it close. */
  mayHide: () => Promise<boolean>;
};

/** The page's own grounds (renderer/ui/tokens.css), so that nothing flashes before its first paint. */
const grounds = { light: '#ffffff', dark: '#17181b' } as const;
const reloadPauseMs = 10_000;

export class MainWindow {
  #window: BrowserWindow | undefined;
  #closing = false;
  readonly #options: WindowOptions;

  constructor(options: WindowOptions) {
    this.#options = options;
  }

  /** Brings the window to the front, made anew if it was closed, at a path inside it (`/jobs?job=…`) or where it stands. */
  open(path?: string): void {
    const window = this.#window;
    if (window === undefined) {
      this.#window = this.#make(path);
      return;
    }
    if (path !== undefined) this.#navigate(window, path);
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  /** Draws the eye to the window when nothing else can. */
  flash(): void {
    if (this.#window?.isFocused() === false) this.#window.flashFrame(true);
  }

  /** From now on closing closes. */
  letGo(): void {
    this.#closing = true;
  }

  #navigate(window: BrowserWindow, path: string): void {
    const channel: keyof ToPreload = 'navigate';
    const send = () => window.webContents.send(channel, ...([path] satisfies ToPreload['navigate']));
    if (window.webContents.isLoading()) window.webContents.once('did-finish-load', send);
    else send();
  }

  #make(path: string | undefined): BrowserWindow {
    const place = placeWindow(readPlace(this.#options.placeFile), workAreas());
    const window = new BrowserWindow({
      ...place.bounds,
      minWidth: smallestWindow.width,
      minHeight: smallestWindow.height,
      show: false,
      title: 'Switchyard',
      icon: appIcon,
      backgroundColor: nativeTheme.shouldUseDarkColors ? grounds.dark : grounds.light,
      autoHideMenuBar: true,
      webPreferences: {
        preload: this.#options.preload,
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
        devTools: this.#options.inDevelopment,
        // It would fetch its dictionaries from the internet.
        spellcheck: false,
      },
    });
    if (place.maximized) window.maximize();
    const show = () => {
      window.show();
      window.focus();
    };
    window.once('ready-to-show', show);
    window.webContents.once('did-fail-load', show);
    window.on('close', (event) => this.#onClose(window, event));
    window.once('closed', () => {
      this.#window = undefined;
    });
    reloadAfterCrash(window);
    const address = `${appOrigin}/${path === undefined ? '' : `#${path}`}`;
    window.loadURL(address).catch((error) => console.error(`switchyard: the window did not load: ${error.message}`));
    return window;
  }

  #onClose(window: BrowserWindow, event: { preventDefault(): void }): void {
    writePlace(this.#options.placeFile, { bounds: window.getNormalBounds(), maximized: window.isMaximized() });
    if (this.#closing) return;
    event.preventDefault();
    void this.#options.mayHide().then((hide) => {
      if (window.isDestroyed()) return;
      if (hide) window.hide();
      else window.destroy();
    });
  }
}

/** A page that crashed comes back by itself, but one that crashes at its start does not crash for ever. */
function reloadAfterCrash(window: BrowserWindow): void {
  let reloadedAt = Number.NEGATIVE_INFINITY;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    console.error(`switchyard: the window's page ended: ${reason}`);
    if (performance.now() - reloadedAt < reloadPauseMs) return;
    reloadedAt = performance.now();
    window.webContents.reload();
  });
}

function workAreas() {
  const primary = screen.getPrimaryDisplay();
  return [primary, ...screen.getAllDisplays().filter(({ id }) => id !== primary.id)].map(({ workArea }) => workArea);
}

function readPlace(file: string): WindowPlace | null {
  try {
    return parsePlace(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** Synchronous: it is written while the window closes. A place that cannot be kept is no reason to keep the window. */
function writePlace(file: string, place: WindowPlace): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(place));
  } catch (error) {
    console.error(`switchyard: the window's place was not kept: ${error instanceof Error ? error.message : error}`);
  }
}
