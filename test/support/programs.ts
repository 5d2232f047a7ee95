/** The engine and the command line that tests start as processes of their own. */

import { resolve } from 'node:path';
import { isBuilt } from '../../scripts/lib/build-stamp.mjs';

const root = resolve(import.meta.dirname, '../..');

/**
 * What was built, if it was built from the sources as they are now: `npm test` builds before it tests, so that what ships is what is
 * tested, and a bundled engine takes half the processor time to start (0.7 s against 1.5 s). Else the sources themselves, so that a
 * single test needs no build and never sees an old one.
 */
const built = isBuilt(root);

export const engineProgram = resolve(root, built ? 'out/main/engine.js' : 'engine/main.ts');
export const cliProgram = resolve(root, built ? 'out/main/cli.js' : 'cli/main.ts');
