import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CommandContext } from './command.ts';

/** The engine's own program in one of its ways that run no jobs (engine/without-jobs.ts): it alone knows the database. */
export async function runEngineProgram(
  args: readonly string[],
  { io, home }: Pick<CommandContext, 'io' | 'home'>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const engine = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../engine/main.ts' : './engine.js', import.meta.url));
  const child = spawn(process.execPath, [engine, ...args], {
    env: { ...io.env, SWITCHYARD_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    stdout += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, stdout, stderr: stderr.trim() };
}
