import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LoadOptions, LoadResult } from './load.ts';

const main = join(import.meta.dirname, 'main.ts');

/** In a process of its own, so that what asks does not stand in the way of what answers. @throws when a request broke off */
export async function spawnLoad(options: LoadOptions): Promise<LoadResult> {
  const { stdout } = await promisify(execFile)(process.execPath, [main, JSON.stringify(options)], { maxBuffer: 2 ** 20 });
  const result = JSON.parse(stdout) as LoadResult;
  if (result.statuses.failed) throw new Error(`${result.statuses.failed} requests got no answer.`);
  return result;
}
