/** `npm run build`: every process into out/. With `--if-needed` (before packing) only when a source has changed. */

import { build, buildIfNeeded } from './lib/build.mjs';
import { root, runUnderNode24 } from './lib/go-on.mjs';

await runUnderNode24(import.meta.url, () => {
  // `npm pack` prints the name of its file on standard output, for other programs to read.
  if (process.argv.includes('--if-needed')) return buildIfNeeded(root, (line) => console.error(line));
  return build(root, (line) => console.log(line));
});
