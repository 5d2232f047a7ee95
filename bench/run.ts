/**
 * `npm run bench`: every row, in a quarter of an hour, as one table and as JSON. `-- --quick`: those that are short enough, in two
 * minutes. `-- --only NAME`: some rows. `-- --large`: backlogs of five and lists of ten million jobs. `-- --profile`: CPU profiles of
 * the hottest rows.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine } from './measure/machine.ts';
import { tableOf } from './measure/report.ts';
import type { Line, Row } from './measure/row.ts';
import { keepProfiles } from './profile/keep-profiles.ts';
import { backlog } from './rows/backlog.ts';
import { batches } from './rows/batches.ts';
import { calm } from './rows/calm.ts';
import { features } from './rows/features.ts';
import { idle } from './rows/idle.ts';
import { inFlight } from './rows/in-flight.ts';
import { adds, processRow } from './rows/in-process.ts';
import { modeRow } from './rows/modes.ts';
import { reads } from './rows/reads.ts';
import { start } from './rows/start.ts';
import { submissions } from './rows/submissions.ts';
import { syncCalls } from './rows/sync-calls.ts';
import { syncUnderWork } from './rows/sync-under-work.ts';
import { windowStart } from './rows/window-start.ts';

const rows: Row[] = [
  ...[processRow, adds, submissions, batches, syncCalls, syncUnderWork, calm, idle, start, windowStart],
  ...[inFlight, backlog, reads, modeRow, features],
];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
  },
});
const unknown = values.only?.filter((name) => !rows.some((row) => row.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(`There is no row ${unknown.join(', ')}. There are: ${rows.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

const startedAt = performance.now();
const conditions = { ...machine(), quick: values.quick };
console.log(
  Object.entries(conditions)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n'),
);
const measured: { row: string; lines: Line[] }[] = [];
for (const row of rows) {
  if (values.only ? !values.only.includes(row.name) : row.within === 'none' || (values.quick && row.within === 'whole')) continue;
  console.log(`\n${row.title}`);
  const lines = await row.measure({ quick: values.quick, large: values.large, log: (line) => console.log(`  ${line}`) });
  measured.push({ row: row.name, lines });
  console.log(tableOf(lines));
}
const folder = join(import.meta.dirname, 'results');
mkdirSync(folder, { recursive: true });
const file = join(folder, 'latest.json');
writeFileSync(file, `${JSON.stringify({ conditions, measured }, null, 2)}\n`);
if (values.profile) {
  console.log('\nCPU profiles of the three hottest rows');
  await keepProfiles(join(folder, 'profiles'), values.quick, (line) => console.log(`  ${line}`));
}
console.log(`\n${Math.round((performance.now() - startedAt) / 1_000)} s. The same as JSON: ${file}`);
