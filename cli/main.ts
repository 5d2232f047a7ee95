/** The process: `node cli/main.ts …`, or its bundle `out/main/cli.js`. Loading it runs it. */

import { mistake, reportOutputLost, runCommandLine } from './command-line.ts';
import { exitCodes } from './exit-codes.ts';
import { processIo } from './io.ts';

const argv = process.argv.slice(2);
const io = processIo();

// `switchyard ls | head -1`: that the reader has had enough is no failure.
process.stdout.on('error', async (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? exitCodes.done : await reportOutputLost(argv, io, error));
});
// Then the exit code alone has to say it.
process.stderr.on('error', () => process.exit(exitCodes.outputLost));

// Should it end without an answer, that is no success.
process.exitCode = mistake;
// Not awaited here: in the bundle, commands that are loaded late may import from this very file, and would wait for it.
runCommandLine(argv, io).then((exitCode) => {
  process.exitCode = exitCode;
});
