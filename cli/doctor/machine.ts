/** What the machine offers: Node, and something to show the window in. */

import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import type { Io } from '../io.ts';
import type { Check } from './check.ts';

/** Below it the prebuilt database module crashes the process. */
const leastNode = [22, 14] as const;

export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const name = 'Node';
  if (major < leastNode[0] || (major === leastNode[0] && minor < leastNode[1])) {
    return {
      name,
      status: 'fail',
      message: `${version} is too old for the engine.`,
      advice: `Install Node ${leastNode.join('.')} or newer; 24 is what it is tested with.`,
    };
  }
  if (major < 24)
    return { name, status: 'warn', message: `${version} works, but tasks written in TypeScript need 24.`, advice: 'Install Node 24.' };
  return { name, status: 'ok', message: version };
}

const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'brave-browser'];

/** Only on Linux, where either may well be missing. */
export function checkWindow({ env, platform }: Pick<Io, 'env' | 'platform'>): Check[] {
  if (platform !== 'linux') return [];
  const name = 'Window';
  const electron = electronBinary(env);
  if (electron !== null) return [{ name, status: 'ok', message: `Electron at ${electron}` }];
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const browser = browsers.flatMap((program) => folders.map((folder) => join(folder, program))).find(isExecutable);
  if (browser !== undefined) return [{ name, status: 'ok', message: `in the browser ${browser}` }];
  return [
    {
      name,
      status: 'warn',
      message: 'Neither Electron nor a Chromium-family browser is here.',
      advice:
        'The engine and the command line need none. For the window install Chromium, or open `switchyard url` in a browser elsewhere over a tunnel.',
    },
  ];
}

/** Looked up by its package alone: asking Electron itself would start a download. */
function electronBinary(env: Io['env']): string | null {
  const override = env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override && existsSync(join(override, 'electron'))) return join(override, 'electron');
  try {
    const binary = join(dirname(createRequire(import.meta.url).resolve('electron/package.json')), 'dist', 'electron');
    return existsSync(binary) ? binary : null;
  } catch {
    return null;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
