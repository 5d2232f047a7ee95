/** The icons of electron/icons/, drawn by its render.ts. The build copies each file beside the program. */

import { readFileSync } from 'node:fs';
import type { NativeImage } from 'electron';
import { nativeImage } from 'electron';
import appPath from './icons/app.png?asset';
import alertDarkDouble from './icons/tray-alert-dark@2x.png?asset';
import alertDark from './icons/tray-alert-dark.png?asset';
import alertLightDouble from './icons/tray-alert-light@2x.png?asset';
import alertLight from './icons/tray-alert-light.png?asset';
import calmDarkDouble from './icons/tray-calm-dark@2x.png?asset';
import calmDark from './icons/tray-calm-dark.png?asset';
import calmLightDouble from './icons/tray-calm-light@2x.png?asset';
import calmLight from './icons/tray-calm-light.png?asset';

/** By the panel they are for: 22 px and its double. */
const tray = {
  calm: { dark: [calmDark, calmDarkDouble], light: [calmLight, calmLightDouble] },
  alert: { dark: [alertDark, alertDarkDouble], light: [alertLight, alertLightDouble] },
} as const;

export const appIcon = appPath;

export function trayImage(icon: 'calm' | 'alert', darkPanel: boolean): NativeImage {
  const onMac = process.platform === 'darwin';
  const [single, double] = tray[icon][darkPanel && !onMac ? 'dark' : 'light'];
  const image = nativeImage.createEmpty();
  // Named one by one: the build gives the files names of their own, by which Electron would not find an "@2x".
  image.addRepresentation({ scaleFactor: 1, width: 22, height: 22, buffer: readFileSync(single) });
  image.addRepresentation({ scaleFactor: 2, width: 44, height: 44, buffer: readFileSync(double) });
  // macOS colours the menu bar itself and only takes the shape.
  image.setTemplateImage(onMac);
  return image;
}
