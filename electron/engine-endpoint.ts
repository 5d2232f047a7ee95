/** Where the engine of a home listens, and whether it answers there. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '../contract/client.ts';
import type { EngineFile } from '../contract/home.ts';
import { homeFiles } from '../contract/home.ts';
import { engineFetch } from './engine-fetch.ts';

/** `token` is null on a Unix socket, where the file's mode is the guard; a named pipe asks for it. */
export type Endpoint = { socket: string; token: string | null };

const healthMs = 2_000;

/**
 * Where an engine of this home would listen: what `<home>/engine.json` names, which may be left over from one that was
 * killed, else the socket's usual place, in case only that file was lost. null on Windows without the file.
 */
export async function readEndpoint(home: string): Promise<Endpoint | null> {
  const text = await readFile(join(home, homeFiles.engine), 'utf8').catch(() => null);
  const named = text === null ? null : socketOf(text);
  if (process.platform !== 'win32') return { socket: named ?? join(home, homeFiles.socket), token: null };
  const token = await readFile(join(home, homeFiles.token), 'utf8').catch(() => null);
  return named === null || token === null ? null : { socket: named, token: token.trim() };
}

function socketOf(text: string): string | null {
  try {
    const { socket } = JSON.parse(text) as Partial<EngineFile>;
    return typeof socket === 'string' && socket !== '' ? socket : null;
  } catch {
    // Half-written: the engine is just starting, and is found at the next look.
    return null;
  }
}

export function clientOf(endpoint: Endpoint) {
  return createClient((path, request) => engineFetch(endpoint, path, request));
}

/** Whether an engine answers within `withinMs`. A degraded one does: it says itself what is wrong. */
export async function answers(endpoint: Endpoint, withinMs = healthMs): Promise<boolean> {
  try {
    await clientOf(endpoint).call('getHealth', { signal: AbortSignal.timeout(withinMs) });
    return true;
  } catch {
    return false;
  }
}

/** The endpoint of an engine that runs in this home and answers, else null. */
export async function findEngine(home: string): Promise<Endpoint | null> {
  const endpoint = await readEndpoint(home);
  return endpoint !== null && (await answers(endpoint)) ? endpoint : null;
}
