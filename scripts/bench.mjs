/** `npm run bench`: sets up what is missing, builds if a source is newer, then measures. Arguments go on to bench/run.ts. */

import { buildIfNeeded } from './lib/build.mjs';
import { root, runUnderNode24 } from './lib/go-on.mjs';

await runUnderNode24(import.meta.url, async () => {
  await buildIfNeeded(root, (line) => console.log(line));
  await import(new URL('../bench/run.ts', import.meta.url).href);
});
