import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Backup } from '../contract/backup.ts';
import type { CommandContext } from './command.ts';
import type { ExitCode } from './exit-codes.ts';
import { exitCodes } from './exit-codes.ts';
import { CommandFailure } from './failures.ts';

/** The engine's program, which knows the database, in its one other way: it makes the backup and ends. @throws CommandFailure with what it said */
export async function backUpWithoutEngine(
  { path, force }: { path: string; force: boolean },
  { io, home }: CommandContext,
): Promise<Backup> {
  const engine = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../engine/main.ts' : './engine.js', import.meta.url));
  const child = spawn(process.execPath, [engine, '--backup', path, ...(force ? ['--force'] : [])], {
    env: { ...io.env, SWITCHYARD_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    said.stdout += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    said.stderr += part;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === exitCodes.done) return JSON.parse(said.stdout) as Backup;
  const exitCode: ExitCode = code === exitCodes.wrongUse ? exitCodes.wrongUse : exitCodes.refused;
  throw new CommandFailure(exitCode, 'backup-failed', { what: said.stderr.trim() || `The backup ended with exit code ${code}.` });
}
