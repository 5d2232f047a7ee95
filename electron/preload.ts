/** Runs sandboxed beside the page and exposes nothing to it: the page is the same one that a browser shows. */

import { type IpcRendererEvent, ipcRenderer } from 'electron';
import type { ToPreload } from './channels.ts';

/** The one thing needed of the document; the DOM's types stay out of the main process' project. */
declare const location: { hash: string };

function on<Channel extends keyof ToPreload>(channel: Channel, listener: (...values: ToPreload[Channel]) => void): void {
  ipcRenderer.on(channel, (_event: IpcRendererEvent, ...values) => listener(...(values as ToPreload[Channel])));
}

on('navigate', (path) => {
  location.hash = path;
});
