import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DriveOptions, DriveResult } from './drive.ts';

export type ContenderName = 'switchyard' | 'plainjob' | 'bullmq' | 'pg-boss' | 'graphile-worker';

export type ContenderRun = DriveOptions & { contender: ContenderName; settings: Record<string, string> };

const main = join(import.meta.dirname, 'main.ts');
/** A run that hangs is an error rather than the end of the bench. */
const longestMs = 120_000;

/** In a process and with a `folder` of its own, both new for each run. @param nodeOptions e.g. for a CPU profile @throws what it wrote to standard error */
export async function spawnContender(run: ContenderRun, nodeOptions: string[] = []): Promise<DriveResult> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-bench-'));
  try {
    const asked = JSON.stringify({ ...run, settings: { ...run.settings, folder } } satisfies ContenderRun);
    const { stdout } = await promisify(execFile)(process.execPath, [...nodeOptions, main, asked], {
      timeout: longestMs,
      maxBuffer: 2 ** 24,
    });
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as DriveResult;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
