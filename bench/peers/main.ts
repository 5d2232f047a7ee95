/** One contender's process: what to do as JSON in its one argument, the result as JSON in the last line of its standard output. */

import type { Contender, Open } from './contender.ts';
import { drive } from './drive.ts';
import type { ContenderRun } from './spawn-contender.ts';

const { contender: name, settings, ...options } = JSON.parse(process.argv[2] ?? '{}') as ContenderRun;
const { open } = (await import(`./contenders/${name}.ts`)) as { open: Open };
const contender: Contender = await open(settings);
const result = await drive(contender, options);
await contender.close();
// Ends it whatever a library still holds open.
process.stdout.write(`\n${JSON.stringify(result)}\n`, () => process.exit(0));
