/** The load generator's process: options as JSON in its one argument, the result as JSON on standard output. */

import { type LoadOptions, runLoad } from './load.ts';

process.stdout.write(JSON.stringify(await runLoad(JSON.parse(process.argv[2] ?? '{}') as LoadOptions)));
