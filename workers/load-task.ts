/** Finds the code of a task and keeps it: after its first job a task costs no import any more. */

import { fileURLToPath } from 'node:url';
import type { TaskDefinition } from '../contract/task.ts';
import type { TaskModule } from '../contract/thread.ts';

/** Each import stands alone, so that a bundler makes it a file of its own and a thread loads only what it runs. */
const builtIn: Record<string, () => Promise<{ default: unknown }>> = {
  'shell.run': () => import('./tasks/shell-run.ts'),
  'http.request': () => import('./tasks/http-request.ts'),
  'image.convert': () => import('./tasks/image-convert.ts'),
  'file.hash': () => import('./tasks/file-hash.ts'),
  'switchyard.webhook': () => import('./tasks/webhook.ts'),
  'switchyard.email': () => import('./tasks/email.ts'),
};

/** By name or url. A changed file comes with another url; the platform never lets go of a module, so neither does this. */
const loaded = new Map<string, TaskDefinition>();

function keyOf(module: TaskModule): string {
  return module.kind === 'built-in' ? module.name : module.url;
}

/** The task if it was loaded before. */
export function loadedTask(module: TaskModule): TaskDefinition | undefined {
  return loaded.get(keyOf(module));
}

/** @throws what the module throws while it loads; TypeError when its default export is no task */
export async function loadTask(module: TaskModule): Promise<TaskDefinition> {
  const key = keyOf(module);
  const known = loaded.get(key);
  if (known) return known;
  const exported = module.kind === 'built-in' ? await importBuiltIn(module.name) : await importFile(module.url);
  const task = taskOf(exported.default);
  loaded.set(key, task);
  return task;
}

async function importBuiltIn(name: string): Promise<{ default: unknown }> {
  const load = Object.hasOwn(builtIn, name) ? builtIn[name] : undefined;
  if (!load) throw Object.assign(new Error(`There is no built-in task "${name}"`), { code: 'unknown-task' });
  return load();
}

async function importFile(url: string): Promise<{ default?: unknown }> {
  try {
    return (await import(/* @vite-ignore */ url)) as { default?: unknown };
  } catch (error) {
    if (error instanceof SyntaxError) await addPlace(error, url);
    throw error;
  }
}

/** A syntax error of JavaScript doesn't say where it is unless Node itself reports it; so Node is asked. */
async function addPlace(error: SyntaxError, url: string): Promise<void> {
  if (error.stack?.startsWith('file:') || error.stack?.startsWith('/')) return;
  const file = fileURLToPath(new URL(url));
  // Only now: with it a thread that waits for work would hold all of Node's sockets.
  const { execFile } = await import('node:child_process');
  const report = await new Promise<string>((resolve) => {
    const options = { timeout: 5_000, windowsHide: true, env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } };
    execFile(process.execPath, ['--check', file], options, (_, __, stderr) => resolve(stderr));
  });
  const line = /^.*:(\d+)$/m.exec(report)?.[1];
  if (line === undefined) return;
  error.message = `${error.message} (line ${line})`;
  error.stack = report.slice(0, report.search(/^\s+at /m)).trimEnd();
}

function taskOf(exported: unknown): TaskDefinition {
  if (exported === undefined) {
    throw new TypeError('The file has no default export; a task is one: export default { run(payload, task) { … } }');
  }
  if (typeof exported !== 'object' || exported === null || Array.isArray(exported)) {
    throw new TypeError(
      `The default export must be an object with a function "run", and is ${exported === null ? 'null' : Array.isArray(exported) ? 'an array' : `a ${typeof exported}`}`,
    );
  }
  const { run } = exported as { run?: unknown };
  if (typeof run !== 'function') {
    throw new TypeError(
      run === undefined ? 'run is missing: the default export needs a function "run"' : `run must be a function, and is a ${typeof run}`,
    );
  }
  return exported as TaskDefinition;
}
