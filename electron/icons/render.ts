/**
 * Renders the mark (two tracks that join at a switch) to the PNGs beside it: `node electron/icons/render.ts`.
 * Tray: 22 px and its double; ink for light and for dark panels (macOS takes the dark one as a template image, of which it
 * only reads the alpha channel). The alert differs by shape too: a dot with a gap around it. App: the mark on the accent colour.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

const folder = import.meta.dirname;
const mark = (await readFile(join(folder, 'mark.svg'), 'utf8')).replace(/<\/?svg[^>]*>|<title>.*<\/title>/g, '');

const inks = { light: '#16181d', dark: '#f2f4f8' } as const;
const alertColour = '#e5484d';
const stroke = 'fill="none" stroke-width="2.6" stroke-linecap="round"';

function traySvg(ink: string, alert: boolean): string {
  const gap = alert ? '<mask id="gap"><rect width="24" height="24" fill="#fff"/><circle cx="7" cy="6.5" r="7" fill="#000"/></mask>' : '';
  const dot = alert ? `<circle cx="7" cy="6.5" r="5" fill="${alertColour}"/>` : '';
  const masked = alert ? 'mask="url(#gap)"' : '';
  return svg(24, `${gap}<g ${masked}><g stroke="${ink}" ${stroke}>${mark}</g></g>${dot}`);
}

function appSvg(): string {
  return svg(
    48,
    `<rect x="2" y="2" width="44" height="44" rx="10" fill="#3f5fdb"/><g transform="translate(7.9 7.2) scale(1.4)" stroke="#fff" ${stroke}>${mark}</g>`,
  );
}

function svg(size: number, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}">${content}</svg>`;
}

async function render(source: string, size: number, name: string): Promise<void> {
  await sharp(Buffer.from(source), { density: 1200 })
    .resize(size, size)
    .png({ compressionLevel: 9, palette: false })
    .toFile(join(folder, name));
}

for (const [panel, ink] of Object.entries(inks)) {
  for (const [icon, alert] of [
    ['calm', false],
    ['alert', true],
  ] as const) {
    await render(traySvg(ink, alert), 22, `tray-${icon}-${panel}.png`);
    await render(traySvg(ink, alert), 44, `tray-${icon}-${panel}@2x.png`);
  }
}
await render(appSvg(), 512, 'app.png');
