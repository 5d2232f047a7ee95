/** A desktop for the shell to live in: a session bus of its own with a notification daemon and a place for tray icons. */

import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DBusConnection, type MethodCall } from './dbus-connection.ts';
import type { DBusValue } from './dbus-marshal.ts';

export type ShownNotification = { id: number; title: string; body: string };
export type MenuEntry = { id: number; label: string; enabled: boolean };

const notifications = 'org.freedesktop.Notifications';
const watcher = 'org.kde.StatusNotifierWatcher';

/** Not the system's configuration: its service folders would start whatever daemon the machine has. */
const busConfiguration = (socket: string) => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${socket}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>`;

export class Desktop extends EventEmitter<{ notification: [ShownNotification]; tray: [] }> {
  readonly notifications: ShownNotification[] = [];
  #tray: { service: string; path: string } | undefined;
  #connection: DBusConnection | undefined;
  readonly address: string;
  readonly #folder: string;
  readonly #bus: ReturnType<typeof spawn>;

  private constructor() {
    super();
    this.#folder = mkdtempSync(join(tmpdir(), 'switchyard-bus-'));
    const socket = join(this.#folder, 'bus');
    this.address = `unix:path=${socket}`;
    const file = join(this.#folder, 'bus.conf');
    writeFileSync(file, busConfiguration(socket));
    this.#bus = spawn('dbus-daemon', [`--config-file=${file}`, '--nofork', '--print-address'], { stdio: ['ignore', 'pipe', 'ignore'] });
  }

  static async start(): Promise<Desktop> {
    const desktop = new Desktop();
    const output = desktop.#bus.stdout;
    if (!output) throw new Error('The bus has no output');
    await once(output, 'data');
    const connection = await DBusConnection.open(join(desktop.#folder, 'bus'), (call) => desktop.#answer(call));
    desktop.#connection = connection;
    await connection.own(notifications);
    await connection.own(watcher);
    return desktop;
  }

  async stop(): Promise<void> {
    this.#connection?.close();
    this.#bus.kill();
    if (this.#bus.exitCode === null && this.#bus.signalCode === null) await once(this.#bus, 'exit');
    rmSync(this.#folder, { recursive: true });
  }

  /** As a person who clicks on the notification. */
  click({ id }: ShownNotification): void {
    this.#connection?.signal('/org/freedesktop/Notifications', notifications, 'ActionInvoked', 'us', [id, 'default']);
  }

  get hasTray(): boolean {
    return this.#tray !== undefined;
  }

  /** What the tray's menu shows, separators left out. */
  async trayMenu(): Promise<MenuEntry[]> {
    const values = await this.#menu('GetLayout', 'iias', [0, -1, []]);
    const [, , children] = values[1] as [number, DBusValue, [string, [number, [string, [string, DBusValue]][], DBusValue]][]];
    return children.flatMap(([, [id, properties]]) => {
      const named = new Map(properties.map(([name, [, value]]) => [name, value]));
      if (named.get('type') === 'separator') return [];
      return [{ id, label: String(named.get('label') ?? ''), enabled: named.get('enabled') !== false }];
    });
  }

  async chooseInTray(label: string): Promise<void> {
    const entry = (await this.trayMenu()).find((each) => each.label === label);
    if (entry === undefined) throw new Error(`The tray's menu has no entry "${label}"`);
    await this.#menu('Event', 'isvu', [entry.id, 'clicked', ['s', ''], 0]);
  }

  async #menu(member: string, signature: string, values: DBusValue[]): Promise<DBusValue[]> {
    if (!this.#connection || !this.#tray) throw new Error('No tray icon has registered');
    const { service: destination, path } = this.#tray;
    const names = ['org.kde.StatusNotifierItem', 'Menu'];
    const [answer] = await this.#connection.call(
      { destination, path, interface: 'org.freedesktop.DBus.Properties', member: 'Get' },
      'ss',
      names,
    );
    const menuPath = String((answer as DBusValue[])[1]);
    return this.#connection.call({ destination, path: menuPath, interface: 'com.canonical.dbusmenu', member }, signature, values);
  }

  #answer(call: MethodCall) {
    const { member, values, sender } = call;
    const path = String(values[0] ?? '');
    if (member === 'GetCapabilities') return { signature: 'as', values: [['body', 'actions']] };
    if (member === 'GetServerInformation') return { signature: 'ssss', values: ['test desktop', 'test', '1', '1.2'] };
    if (member === 'Notify') return { signature: 'u', values: [this.#show(values)] };
    if (member === 'CloseNotification') return { signature: '', values: [] };
    if (call.interface === 'org.freedesktop.DBus.Properties' && member === 'Get')
      return { signature: 'v', values: [this.#property(String(values[1]))] };
    if (member === 'RegisterStatusNotifierItem') {
      // Either the path of the item at the caller, or the name under which it has the usual one.
      this.#tray = path.startsWith('/') ? { service: sender, path } : { service: path, path: '/StatusNotifierItem' };
      this.emit('tray');
      return { signature: '', values: [] };
    }
    return undefined;
  }

  #property(name: string): DBusValue[] {
    return name === 'ProtocolVersion' ? ['i', 0] : ['b', true];
  }

  #show([, , , title, body]: DBusValue[]): number {
    const shown = { id: this.notifications.length + 1, title: String(title), body: String(body) };
    this.notifications.push(shown);
    this.emit('notification', shown);
    return shown.id;
  }
}
