import type { FieldError } from '../../contract/errors.ts';
import type { JobError, LaneName } from '../../contract/job.ts';
import { defaults } from '../../contract/limits.ts';
import { defaultRetry, mergeRetry, type RetryPolicy } from '../../contract/retry.ts';
import { builtInTasks } from '../../contract/task.ts';
import type { TaskDescription, TaskModule } from '../../contract/thread.ts';
import { type DeliveryTask, isDeliveryTask } from '../store/deliveries.ts';
import { deliveryDescriptions, ownTaskPrefix } from './delivery-tasks.ts';
import type { TaskReader } from './lanes.ts';
import { type PayloadCheck, payloadCheck } from './payload-check.ts';
import type { TaskFile, TaskFiles } from './task-files.ts';

export type CatalogEntry = {
  name: string;
  module: TaskModule;
  /** `built-in`, or the file's path. */
  source: string;
  /** What it says of itself; of a file that no longer loads, nothing. */
  description: TaskDescription;
  /** Why it does not load; its jobs wait. */
  error: JobError | null;
  check: PayloadCheck;
};

const nothingSaid: TaskDescription = {
  title: '',
  description: '',
  lane: 'cpu',
  input: {},
  result: {},
  timeoutMs: null,
  retry: {},
  declares: {},
  concurrency: null,
  concurrencyPerKey: 1,
  circuit: null,
  examples: [],
  hasPredict: false,
  hasRollback: false,
};

function ownEntry(name: DeliveryTask): CatalogEntry {
  const module: TaskModule = { kind: 'built-in', name };
  // What their payloads hold is the engine's own.
  return { name, module, source: 'built-in', description: deliveryDescriptions[name], error: null, check: () => [] };
}

/** Tasks that are run like any other and offered to nobody. */
export const ownEntries: Readonly<Record<DeliveryTask, CatalogEntry>> = {
  'switchyard.webhook': ownEntry('switchyard.webhook'),
  'switchyard.email': ownEntry('switchyard.email'),
};

/** Every task there is: the built-in ones and those in the user's folder, as they are now. */
export class Catalog {
  readonly #reader: TaskReader;
  readonly #files: TaskFiles;
  readonly #entries = new Map<string, CatalogEntry>();
  readonly #loading = new Map<string, Promise<CatalogEntry | null>>();
  /** By name: the version that was asked for last, while it loads. */
  readonly #newest = new Map<string, string>();
  #changed: (names: string[]) => void = () => {};

  constructor(reader: TaskReader, files: TaskFiles) {
    this.#reader = reader;
    this.#files = files;
  }

  /** Built-in tasks are there when it returns; the user's own, which may take their time, follow. */
  async open(changed: (names: string[]) => void): Promise<void> {
    this.#changed = changed;
    await Promise.all(builtInTasks.map(async (name) => this.#entries.set(name, await this.#read({ kind: 'built-in', name }, 'built-in'))));
    this.#files.watch(() => void this.refresh());
    void this.refresh();
  }

  /** Looks at the whole folder again. */
  async refresh(): Promise<void> {
    const files = this.#files.list();
    const names = new Set(files.map(({ name }) => name));
    const gone = [...this.#entries.values()].filter(({ module, name }) => module.kind === 'file' && !names.has(name));
    for (const { name } of gone) this.#entries.delete(name);
    if (gone.length > 0) this.#changed(gone.map(({ name }) => name));
    for (const file of files) await this.#loadFile(file);
  }

  /** The task as it is now if that is known without waiting; undefined: ask `load`. */
  current(name: string): CatalogEntry | undefined {
    const entry = this.#entries.get(name);
    if (!entry || entry.module.kind === 'built-in') return entry;
    return this.#files.isCurrent({ path: entry.source, url: entry.module.url }) ? entry : undefined;
  }

  /** The task as it is now, read anew if its file changed; null: there is none. */
  async load(name: string): Promise<CatalogEntry | null> {
    const entry = this.#entries.get(name);
    if (entry?.module.kind === 'built-in') return entry;
    const file = this.#files.find(name);
    if (file) return this.#loadFile(file);
    if (this.#entries.delete(name)) this.#changed([name]);
    return null;
  }

  /** What is known now, perhaps of a version that was just replaced. */
  known(name: string): CatalogEntry | undefined {
    return isDeliveryTask(name) ? ownEntries[name] : this.#entries.get(name);
  }

  list(): CatalogEntry[] {
    return [...this.#entries.values()];
  }

  names(): string[] {
    return [...this.#entries.keys()];
  }

  get folder(): string {
    return this.#files.folder;
  }

  close(): void {
    this.#files.close();
  }

  #loadFile(file: TaskFile): Promise<CatalogEntry | null> {
    // What is submitted under such a name would run as something else.
    if (file.name.startsWith(ownTaskPrefix)) return Promise.resolve(null);
    const known = this.#entries.get(file.name);
    if (known?.module.kind === 'built-in') return Promise.resolve(known);
    if (known?.module.kind === 'file' && known.module.url === file.url) return Promise.resolve(known);
    const running = this.#loading.get(file.url);
    if (running) return running;
    const loading = this.#read({ kind: 'file', name: file.name, url: file.url }, file.path).then((entry) => {
      this.#loading.delete(file.url);
      // Of two versions that load at once the one that was asked for later stands, whichever takes longer.
      if (this.#newest.get(file.name) === file.url) {
        this.#newest.delete(file.name);
        this.#entries.set(file.name, entry);
        this.#changed([file.name]);
      }
      return entry;
    });
    this.#loading.set(file.url, loading);
    this.#newest.set(file.name, file.url);
    return loading;
  }

  async #read(module: TaskModule, source: string): Promise<CatalogEntry> {
    const answer = await this.#reader.describe(module);
    if ('error' in answer) return unloaded(module, source, answer.error);
    const { description } = answer;
    return { name: module.name, module, source, description, error: null, check: payloadCheck(description.input) };
  }
}

function unloaded(module: TaskModule, source: string, error: JobError): CatalogEntry {
  // What cannot be checked now is checked once the file loads.
  return { name: module.name, module, source, description: nothingSaid, error, check: () => [] };
}

export function laneOf(entry: CatalogEntry): Exclude<LaneName, 'interactive'> {
  return entry.description.lane;
}

type TaskDefaults = { readonly timeoutMs: number; readonly retry: RetryPolicy };

/** An entry never changes: a changed file gets another one. */
const knownDefaults = new WeakMap<CatalogEntry, TaskDefaults>();

export function defaultsOf(entry: CatalogEntry): TaskDefaults {
  let known = knownDefaults.get(entry);
  if (!known) {
    known = findDefaults(entry);
    knownDefaults.set(entry, known);
  }
  return known;
}

function findDefaults(entry: CatalogEntry): TaskDefaults {
  const { timeoutMs, retry, declares } = entry.description;
  // What may not be tried again has one attempt, unless the task or its caller says how many all the same.
  const base = declares.retryable === false ? { ...defaultRetry, maxAttempts: 1 } : defaultRetry;
  return { timeoutMs: timeoutMs ?? defaults.timeoutMs, retry: mergeRetry(base, retry) };
}

/** How many jobs of a task, and of one of its keys, may run at once. */
export function runsAtOnce(entry: CatalogEntry | undefined): { jobs: number; jobsPerKey: number } {
  return { jobs: entry?.description.concurrency ?? Number.POSITIVE_INFINITY, jobsPerKey: entry?.description.concurrencyPerKey ?? 1 };
}

/** An error for a payload that does not fit its task (any more). */
export function misfitError(errors: FieldError[]): JobError {
  return {
    name: 'InvalidPayload',
    message: `The payload does not fit the task: ${errors.map(({ path, message }) => `${path} ${message}`).join('; ')}`,
  };
}
