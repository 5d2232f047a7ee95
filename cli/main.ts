/** The process: `node cli/main.ts …`, or its bundle `out/main/cli.js`. Loading it runs it. */

import { mistake, runCommandLine } from './command-line.ts';
import { processIo } from './io.ts';

// `switchyard ls | head -1`: that the reader has had enough is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

// Should it end without an answer, that is no success.
process.exitCode = mistake;
// Not awaited here: in the bundle, commands that are loaded late may import from this very file, and would wait for it.
runCommandLine(process.argv.slice(2), processIo()).then((exitCode) => {
  process.exitCode = exitCode;
});
