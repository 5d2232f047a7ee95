/** What is found inside the database and the engine, as checks. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnosis, Finding, FindingCode } from '../../contract/diagnosis.ts';
import { homeFiles } from '../../contract/home.ts';
import type { CommandContext } from '../command.ts';
import type { Connection } from '../connection.ts';
import { runEngineProgram } from '../engine-program.ts';
import { exitCodes } from '../exit-codes.ts';
import { oneLine } from '../text.ts';
import type { Check } from './check.ts';

/** Beyond what takes a moment only looking through the whole database takes time. */
const diagnosisMs = 30_000;

const findingNames: Readonly<Record<FindingCode, string>> = {
  integrity: 'Integrity',
  tables: 'Size',
  'stuck-executing': 'Stuck',
  'stuck-waiting': 'Line',
  held: 'Held',
  clock: 'Clock',
  retention: 'Retention',
};

/** What a running engine finds. @param deep waits as long as it takes for every page and index to be looked at */
export async function diagnosisChecks({ client }: Connection, deep: boolean): Promise<Check[]> {
  const options = deep ? { query: { deep: 'true' as const } } : { signal: AbortSignal.timeout(diagnosisMs) };
  const { findings } = await client.call('getDiagnosis', options).catch((error: unknown) => {
    if (!(error instanceof DOMException)) throw error;
    return { findings: [] };
  });
  return findings.map(checkOf);
}

/** Of a home whose engine does not run; nothing where there is no database yet, or another program holds the home. */
export async function inspectWithoutEngine(context: Pick<CommandContext, 'io' | 'home'>, deep: boolean): Promise<Check[]> {
  if (!existsSync(join(context.home, homeFiles.database))) return [];
  const { code, stdout } = await runEngineProgram(['--inspect', ...(deep ? ['--deep'] : [])], context);
  if (code !== exitCodes.done) return [];
  return (JSON.parse(stdout) as Pick<Diagnosis, 'findings'>).findings.map(checkOf);
}

function checkOf({ code, severity, found, meaning, advice, jobs }: Finding): Check {
  const some = jobs.length === 0 ? '' : ` For example ${jobs.slice(0, 3).join(', ')}.`;
  return {
    name: findingNames[code],
    status: severity,
    message: oneLine(found) + some,
    ...(meaning === null ? {} : { meaning }),
    ...(advice === null ? {} : { advice }),
  };
}
