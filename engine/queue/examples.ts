import { existsSync } from 'node:fs';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from '../../contract/errors.ts';
import type { Example, ExampleLoad, ExampleState, LoadedExample } from '../../contract/example.ts';
import type { Catalog } from './catalog.ts';
import { exampleList, type ListedExample } from './example-list.ts';
import type { TaskFiles } from './task-files.ts';

type ExampleParts = {
  /** `examples/tasks/` of the program; null where it was not shipped: then there are no examples. */
  folder: string | null;
  files: TaskFiles;
  catalog: Pick<Catalog, 'load'>;
  now: () => number;
};

/** Copies tasks that come with the program into the user's folder. What is there is the user's: nothing of theirs is lost to it. */
export class Examples {
  readonly #parts: ExampleParts;

  constructor(parts: ExampleParts) {
    this.#parts = parts;
  }

  async list(): Promise<Example[]> {
    const { folder } = this.#parts;
    return folder === null ? [] : Promise.all(exampleList.map((listed) => this.#read(listed, folder)));
  }

  /** @throws Problem not-found, wrong-state, storage-full */
  async load(name: string, { replace }: ExampleLoad): Promise<LoadedExample> {
    const { listed, folder } = this.#find(name);
    const before = await this.#read(listed, folder);
    if (before.state === 'loaded') return { ...before, keptAs: null };
    if (before.state === 'changed' && !replace) {
      throw new Problem(
        'wrong-state',
        `${before.path} is not the example as it ships: it is yours. To put the example in its place, ask with "replace"; your file is kept beside it.`,
      );
    }
    try {
      const keptAs = before.state === 'changed' ? await this.#keep(before.path) : null;
      await this.#write(join(folder, listed.file), listed.file);
      // A submission right after this finds the task.
      await this.#parts.catalog.load(name);
      return { ...(await this.#read(listed, folder)), keptAs };
    } catch (error) {
      throw namedError(error, join(this.#parts.files.folder, listed.file));
    }
  }

  /** @throws Problem not-found, wrong-state */
  async remove(name: string): Promise<void> {
    const { listed, folder } = this.#find(name);
    const { state, path } = await this.#read(listed, folder);
    if (state === 'absent') throw new Problem('wrong-state', `The example "${name}" is not loaded.`);
    if (state === 'changed') {
      throw new Problem('wrong-state', `${path} is not the example as it ships: it is yours. Delete the file yourself if you mean it.`);
    }
    await rm(path, { force: true });
    await this.#parts.catalog.load(name);
  }

  #find(name: string): { listed: ListedExample; folder: string } {
    const { folder } = this.#parts;
    const listed = exampleList.find((each) => each.name === name);
    if (listed && folder !== null) return { listed, folder };
    const there = folder === null ? 'none is part of this installation' : `there are ${exampleList.map((each) => each.name).join(', ')}`;
    throw new Problem('not-found', `There is no example "${name}": ${there}.`);
  }

  async #read({ file, ...listed }: ListedExample, folder: string): Promise<Example> {
    const { files } = this.#parts;
    const path = files.find(listed.name)?.path ?? join(files.folder, file);
    return { ...listed, state: await stateOf(path, join(folder, file)), path };
  }

  /** Named so that it is no task any more. */
  async #keep(path: string): Promise<string> {
    const keptAs = `${path}.kept-${new Date(this.#parts.now()).toISOString().replaceAll(/[:.]/g, '-')}`;
    await rename(path, keptAs);
    return keptAs;
  }

  /** Whole or not at all, and never over a file that came meanwhile: a link, unlike a rename, refuses. */
  async #write(shipped: string, file: string): Promise<void> {
    const { files } = this.#parts;
    const path = join(files.folder, file);
    const unfinished = join(files.folder, `.${file}.new`);
    const text = await readFile(shipped);
    try {
      const handle = await open(unfinished, 'w', 0o600);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await link(unfinished, path);
    } finally {
      await rm(unfinished, { force: true });
    }
  }
}

async function stateOf(path: string, shipped: string): Promise<ExampleState> {
  const [theirs, ours] = await Promise.all([readFile(path).catch(nullWhenAbsent), readFile(shipped)]);
  if (theirs === null) return 'absent';
  return theirs.equals(ours) ? 'loaded' : 'changed';
}

function nullWhenAbsent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

function namedError(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new Problem('storage-full', `${path} was not written: the disk is full.`);
  if (code === 'EEXIST') return new Problem('wrong-state', `${path} came to be meanwhile, and is not replaced. Ask again.`);
  return error;
}

/** How deep the code may lie below the program's folder, as source or as built output. */
const levelsUp = 5;

/** `examples/tasks/` of the program that runs: looked for upwards. null where it was not shipped. */
export function exampleFolder(): string | null {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let level = 0; level < levelsUp; level += 1) {
    const examples = join(folder, 'examples', 'tasks');
    if (exampleList.every(({ file }) => existsSync(join(examples, file)))) return examples;
    folder = dirname(folder);
  }
  return null;
}
