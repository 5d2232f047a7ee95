/** Which runtime can hold the engine: this Electron, or the Node that is installed beside it. */

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export type Runtime = { kind: 'utility-process' } | { kind: 'node'; path: string };

/**
 * Whether a process could load the engine's store, by what it says of itself. Trying is no option: on an older Node-API
 * the store's prebuilt binary takes the process down.
 */
export function holdsEngine(versions: Readonly<Record<string, string | undefined>>): boolean {
  return Number(versions.napi ?? 0) >= 10;
}

/** @throws when neither this Electron nor a Node beside it can run the engine */
export function chooseRuntime(): Runtime {
  if (holdsEngine(process.versions)) return { kind: 'utility-process' };
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    return { kind: 'node', path: join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node') };
  } catch {
    throw new Error(
      `Electron ${process.versions.electron} is too old to hold the engine, and ${name} is not installed beside it. ` +
        'Start the engine with "switchyard serve": this window finds it by itself.',
    );
  }
}
