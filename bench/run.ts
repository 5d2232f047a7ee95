/**
 * `npm run bench`: every row, in a quarter of an hour, as one table and as JSON. `-- --help` tells what else it may be asked for.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machine } from './measure/machine.ts';
import { tableOf } from './measure/report.ts';
import type { Line, Row } from './measure/row.ts';
import { readOptions } from './options.ts';
import { keepProfiles } from './profile/keep-profiles.ts';
import { backlog } from './rows/backlog.ts';
import { batches } from './rows/batches.ts';
import { calm } from './rows/calm.ts';
import { features } from './rows/features.ts';
import { idle } from './rows/idle.ts';
import { inFlight } from './rows/in-flight.ts';
import { adds, processRow } from './rows/in-process.ts';
import { modeRow } from './rows/modes.ts';
import { peerSettings } from './rows/peer-settings.ts';
import { reads } from './rows/reads.ts';
import { start } from './rows/start.ts';
import { submissions } from './rows/submissions.ts';
import { syncCalls } from './rows/sync-calls.ts';
import { syncUnderWork } from './rows/sync-under-work.ts';
import { windowStart } from './rows/window-start.ts';

const rows: Row[] = [
  ...[processRow, adds, submissions, batches, syncCalls, syncUnderWork, calm, idle, start, windowStart],
  ...[inFlight, backlog, reads, modeRow, features, peerSettings],
];

const { quick, large, profile, only } = readOptions(rows.map(({ name }) => name));

const startedAt = performance.now();
const conditions = { ...machine(), quick };
console.log(
  Object.entries(conditions)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n'),
);
const measured: { row: string; lines: Line[] }[] = [];
for (const row of rows) {
  if (only ? !only.includes(row.name) : row.within === 'none' || (quick && row.within === 'whole')) continue;
  console.log(`\n${row.title}`);
  const lines = await row.measure({ quick, large, log: (line) => console.log(`  ${line}`) });
  measured.push({ row: row.name, lines });
  console.log(tableOf(lines));
}
const folder = join(import.meta.dirname, 'results');
mkdirSync(folder, { recursive: true });
const file = join(folder, 'latest.json');
writeFileSync(file, `${JSON.stringify({ conditions, measured }, null, 2)}\n`);
if (profile) {
  console.log('\nCPU profiles of the three hottest rows');
  await keepProfiles(join(folder, 'profiles'), quick, (line) => console.log(`  ${line}`));
}
console.log(`\n${Math.round((performance.now() - startedAt) / 1_000)} s. The same as JSON: ${file}`);
