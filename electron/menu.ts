/** The application menu: on Linux and Windows hidden until Alt is pressed, but its keys always work. */

import type { MenuItemConstructorOptions } from 'electron';
import { Menu } from 'electron';

export function setMenu(inDevelopment: boolean): void {
  const development: MenuItemConstructorOptions[] = inDevelopment
    ? [{ role: 'reload' }, { role: 'toggleDevTools' }, { type: 'separator' }]
    : [];
  const app: MenuItemConstructorOptions =
    process.platform === 'darwin' ? { role: 'appMenu' } : { label: 'Switchyard', submenu: [{ role: 'close' }, { role: 'quit' }] };
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [
      ...development,
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { type: 'separator' },
      { role: 'togglefullscreen' },
    ],
  };
  Menu.setApplicationMenu(Menu.buildFromTemplate([app, { role: 'editMenu' }, view, { role: 'windowMenu' }]));
}
