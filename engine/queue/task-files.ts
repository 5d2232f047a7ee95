import { existsSync, type FSWatcher, mkdirSync, readdirSync, type Stats, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export type TaskFile = {
  name: string;
  path: string /** The file with its version, so that a changed file is another module. */;
  url: string;
};

const extensions = ['.ts', '.mjs', '.js'] as const;
const nameOfFile = /^([A-Za-z0-9][A-Za-z0-9._-]{0,99})\.(?:ts|mjs|js)$/;
/** Editors write in several steps; what they leave is looked at once they are done. */
const settleMs = 100;

/** The user's own tasks: one file each in `<home>/tasks/`, its name the task's name. */
export class TaskFiles {
  readonly folder: string;
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** By path, the version that was seen in this turn. */
  readonly #seen = new Map<string, string | null>();

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  list(): TaskFile[] {
    const names = namesIn(this.folder).flatMap((file) => nameOfFile.exec(file)?.[1] ?? []);
    return [...new Set(names)].sort().flatMap((name) => this.find(name) ?? []);
  }

  /** The task's file as it is now, or null. */
  find(name: string): TaskFile | null {
    // Names come from callers too: none may lead out of the folder.
    if (nameOfFile.exec(`${name}.js`)?.[1] !== name) return null;
    for (const extension of extensions) {
      const path = join(this.folder, name + extension);
      const url = versionedUrl(path);
      if (url !== null) return { name, path, url };
    }
    return null;
  }

  /**
   * Whether the file still is the version that `url` names: asked at each submission, since the next job must see a change at once.
   * One look serves a turn of the event loop: what is read in it had arrived before the look.
   */
  isCurrent({ path, url }: Pick<TaskFile, 'path' | 'url'>): boolean {
    if (this.#seen.size === 0) setImmediate(() => this.#seen.clear());
    const before = this.#seen.get(path);
    const seen = before === undefined ? versionedUrl(path) : before;
    this.#seen.set(path, seen);
    return seen === url;
  }

  watch(changed: () => void): void {
    if (!existsSync(this.folder)) return;
    this.#watcher = watch(this.folder, () => {
      if (this.#timer) clearTimeout(this.#timer);
      this.#timer = setTimeout(changed, settleMs);
    });
    // A folder that goes away is seen again at the next submission.
    this.#watcher.on('error', () => this.close());
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#watcher?.close();
    this.#watcher = null;
  }
}

/** A folder that was removed or closed to us while the engine runs holds no tasks; their jobs wait for it. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** null: there is no such file, or none that can be read (a link in a circle, a folder that is closed to us). */
function versionedUrl(path: string): string | null {
  const stat = statOf(path);
  if (!stat?.isFile()) return null;
  return `${urlOf(path)}?v=${stat.mtimeMs}-${stat.ctimeMs}-${stat.size}-${stat.ino}`;
}

/** Of the files that there are: few, and asked for at each submission. */
const urls = new Map<string, string>();

function urlOf(path: string): string {
  let url = urls.get(path);
  if (url === undefined) {
    url = pathToFileURL(path).href;
    urls.set(path, url);
  }
  return url;
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
