/**
 * What the desktop offers, asked of the D-Bus session bus by a child process with a time limit. Chromium itself asks on the
 * UI thread without one: without a notification daemon a window stood still for minutes (electron/electron#48753).
 */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const answerMs = 2_000;

/** Whether a notification will be shown. Starts the desktop's notification service where the bus knows how to. */
export async function hasNotifications(): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const bus = ['org.freedesktop.DBus', '/org/freedesktop/DBus'] as const;
  const owner = await call(bus, 'org.freedesktop.DBus.NameHasOwner', ['string:org.freedesktop.Notifications']);
  if (owner === null || /boolean true/.test(owner)) return owner !== null;
  // Most desktops start theirs when it is first asked for; the bus refuses where nobody provides the name.
  return (await call(bus, 'org.freedesktop.DBus.StartServiceByName', ['string:org.freedesktop.Notifications', 'uint32:0'])) !== null;
}

/** Whether a tray icon would be seen. GNOME without an extension has no place for one. */
export async function hasTrayHost(): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const watcher = ['org.kde.StatusNotifierWatcher', '/StatusNotifierWatcher'] as const;
  const names = ['string:org.kde.StatusNotifierWatcher', 'string:IsStatusNotifierHostRegistered'];
  const answer = await call(watcher, 'org.freedesktop.DBus.Properties.Get', names);
  return answer !== null && /boolean true/.test(answer);
}

/** The answer as dbus-send prints it; null when there is no bus, no such service, no dbus-send or no answer in time. */
function call([service, path]: readonly [string, string], method: string, values: string[]): Promise<string | null> {
  // Without a bus dbus-send would launch one of its own.
  if (!hasSessionBus()) return Promise.resolve(null);
  const words = ['--session', '--print-reply', `--reply-timeout=${answerMs}`, `--dest=${service}`, path, method, ...values];
  return new Promise((resolve) => {
    execFile('dbus-send', words, { timeout: answerMs, killSignal: 'SIGKILL' }, (error, output) => resolve(error ? null : output));
  });
}

function hasSessionBus(): boolean {
  const { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: runtime } = process.env;
  return Boolean(address) || (runtime !== undefined && existsSync(join(runtime, 'bus')));
}
