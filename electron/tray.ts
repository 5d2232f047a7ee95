/** The tray icon: a drawing of the model, redrawn only when it changes. */

import type { MenuItemConstructorOptions } from 'electron';
import { Menu, nativeTheme, Tray } from 'electron';
import { hasTrayHost } from './desktop-bus.ts';
import { trayImage } from './icons.ts';
import type { TrayAction, TrayItem, TrayModel } from './tray-model.ts';

export class TrayIcon {
  #tray: Tray | undefined;
  #model: TrayModel;
  readonly #act: (action: TrayAction) => void;
  readonly #redraw = () => this.#draw();

  constructor(model: TrayModel, act: (action: TrayAction) => void) {
    this.#model = model;
    this.#act = act;
    nativeTheme.on('updated', this.#redraw);
  }

  /** Whether a person can see it now. Makes the icon as soon as the desktop has a place for one; answers within 2 s. */
  async isThere(): Promise<boolean> {
    if (!(await hasTrayHost())) return false;
    if (this.#tray === undefined) {
      this.#tray = new Tray(trayImage(this.#model.icon, nativeTheme.shouldUseDarkColors));
      this.#tray.on('click', () => this.#act('open'));
      this.#draw();
    }
    return true;
  }

  show(model: TrayModel): void {
    if (JSON.stringify(model) === JSON.stringify(this.#model)) return;
    this.#model = model;
    this.#draw();
  }

  close(): void {
    nativeTheme.off('updated', this.#redraw);
    this.#tray?.destroy();
    this.#tray = undefined;
  }

  #draw(): void {
    const { icon, tooltip, items } = this.#model;
    this.#tray?.setImage(trayImage(icon, nativeTheme.shouldUseDarkColors));
    this.#tray?.setToolTip(tooltip);
    // A new menu each time: on Linux a changed item shows only once the menu is set again.
    this.#tray?.setContextMenu(Menu.buildFromTemplate(items.map((item) => this.#entry(item))));
  }

  #entry(item: TrayItem): MenuItemConstructorOptions {
    if (item.kind === 'separator') return { type: 'separator' };
    if (item.kind === 'text') return { label: item.label, enabled: false };
    return { label: item.label, click: () => this.#act(item.action) };
  }
}
