/** The photo that comes with the program, so that converting an image can be tried on a fresh machine. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const levelsUp = 5;

/** Its path; null where it was not shipped. Looked for upwards, as this code lies at other depths as source and as built output. */
export function sampleImage(): string | null {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let level = 0; level < levelsUp; level += 1) {
    const path = join(folder, 'examples', 'images', 'sample.jpg');
    if (existsSync(path)) return path;
    folder = dirname(folder);
  }
  return null;
}
