/** Digests of files and of everything in folders, read as streams: a file may be larger than the memory. */

import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '../../contract/limits.ts';
import type { TaskDefinition } from '../../contract/task.ts';
import { digestLength, fileHash } from '../declared/file-hash.ts';
import type { BuiltInContext } from '../task-context.ts';
import { failForGood } from '../task-errors.ts';
import { readableBytes } from '../text-limits.ts';
import { lastingFileProblem, requireAbsolutePath } from './absolute-path.ts';
import { lockedFiles, refuseLocked } from './locked-files.ts';

type Algorithm = keyof typeof digestLength;

type HashPayload = { paths: string[]; algorithm?: Algorithm };
type HashResult = { files: { path: string; bytes: number; digest: string }[] };

const chunkBytes = 1_048_576;

async function run({ paths, algorithm = 'sha256' }: HashPayload, task: BuiltInContext): Promise<HashResult> {
  if (!Object.hasOwn(digestLength, algorithm)) throw failForGood(`algorithm: must be one of ${Object.keys(digestLength).join(', ')}`);
  for (const [index, path] of paths.entries()) requireAbsolutePath(`paths[${index}]`, path);
  const found = new FoundFiles(digestLength[algorithm], task, await lockedFiles(task.home));
  for (const path of paths) await found.add(path);
  found.logSkipped();
  task.log(`${found.files.length} files, ${readableBytes(found.bytes)}`);

  const files: HashResult['files'] = [];
  let done = 0;
  for (const path of found.files) {
    const { bytes, digest } = await hashFile(path, algorithm, task, (more) => {
      done += more;
      task.progress(found.bytes === 0 ? 100 : (done / found.bytes) * 100, path);
    });
    files.push({ path, bytes, digest });
    if (found.files.length <= 100) task.log(`${digest}  ${path}`);
  }
  return { files };
}

async function hashFile(path: string, algorithm: Algorithm, task: BuiltInContext, read: (bytes: number) => void) {
  const hash = createHash(algorithm);
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes, signal: task.signal })) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      read((chunk as Buffer).length);
    }
  } catch (error) {
    throw fileProblem(path, error);
  }
  return { bytes, digest: hash.digest('hex') };
}

function fileProblem(path: string, error: unknown): unknown {
  const problem = lastingFileProblem(error);
  return problem === null ? error : failForGood(`${path} ${problem}`);
}

/** All files first, then their bytes: progress needs the sum, and too many are refused before hours of reading. */
class FoundFiles {
  readonly files: string[] = [];
  bytes = 0;
  readonly #digestLength: number;
  readonly #task: BuiltInContext;
  #resultBytes = '{"files":[]}'.length;
  readonly #isLocked: (file: Stats) => boolean;
  #links = 0;
  #others = 0;
  #locked = 0;

  constructor(length: number, task: BuiltInContext, isLocked: (file: Stats) => boolean) {
    this.#digestLength = length;
    this.#task = task;
    this.#isLocked = isLocked;
  }

  /** A path that was named is followed when it is a link; what a folder holds is not. */
  async add(path: string): Promise<void> {
    const named = await stat(path).catch((error: unknown) => Promise.reject(fileProblem(path, error)));
    if (this.#isLocked(named)) refuseLocked(path);
    if (named.isDirectory()) await this.#walk(path);
    else if (named.isFile()) this.#take(path, named.size);
    else throw failForGood(`${path} is neither a file nor a folder`);
  }

  logSkipped(): void {
    if (this.#links > 0) this.#task.log(`${this.#links} links were left out: links in folders are not followed`);
    if (this.#others > 0) this.#task.log(`${this.#others} things that are no files (pipes, sockets, devices) were left out`);
    if (this.#locked > 0) this.#task.log(`${this.#locked} files that the engine of this job holds open were left out`);
  }

  async #walk(folder: string): Promise<void> {
    this.#task.signal.throwIfAborted();
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => Promise.reject(fileProblem(folder, error)));
    // By code unit, so that the order is the same on every machine and in every language.
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await this.#walk(path);
      else if (entry.isFile()) this.#takeUnlocked(path, await lstat(path));
      else if (entry.isSymbolicLink()) this.#links += 1;
      else this.#others += 1;
    }
  }

  #takeUnlocked(path: string, file: Stats): void {
    if (this.#isLocked(file)) this.#locked += 1;
    else this.#take(path, file.size);
  }

  #take(path: string, size: number): void {
    this.files.push(path);
    this.bytes += size;
    const numbers = '{"path":,"bytes":,"digest":""},'.length + String(size).length;
    this.#resultBytes += Buffer.byteLength(JSON.stringify(path)) + numbers + this.#digestLength;
    if (this.#resultBytes <= limits.resultBytes) return;
    throw failForGood(
      `These are more files than a result can hold: ${this.files.length} of them already take ${readableBytes(limits.resultBytes)}. Hash the folders inside one by one.`,
    );
  }
}

export default { ...fileHash, run } satisfies TaskDefinition<HashPayload, HashResult>;
