/** The engine that already runs in a home, if one does. */

import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';

const answerMs = 5_000;

/**
 * Asks the engine of this home for a one-time address of the window.
 * @param {string} home
 * @param {{ engine: string, token: string }} files names inside the home
 * @returns {Promise<{ pid: number, address: string } | { pid: number, refusal: string } | null>} null when none runs here
 */
export async function askForWindow(home, files) {
  const engine = readJson(join(home, files.engine));
  if (typeof engine?.socket !== 'string') return null;
  const answer = await post(engine.socket, '/v1/window-address', readText(join(home, files.token)));
  if (answer === null) return null;
  const { status, body } = answer;
  return status < 300 && typeof body?.address === 'string'
    ? { pid: engine.pid, address: body.address }
    : { pid: engine.pid, refusal: String(body?.detail ?? `it answered ${status}`) };
}

/**
 * @param {string} socketPath
 * @param {string} path
 * @param {string | null} token needed on a named pipe only
 * @returns {Promise<{ status: number, body: any } | null>} null when nobody listens
 */
function post(socketPath, path, token) {
  return new Promise((resolve) => {
    const headers = token === null ? {} : { authorization: `Bearer ${token.trim()}` };
    const call = request({ socketPath, path, method: 'POST', headers, signal: AbortSignal.timeout(answerMs) }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.once('error', () => resolve(null));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: parse(text) }));
    });
    call.once('error', () => resolve(null));
    call.end();
  });
}

/** @param {string} path */
function readJson(path) {
  return parse(readText(path) ?? '');
}

/** @param {string} path */
function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
