/** The browser window on TCP: its files, and the address that lets a browser in. */

import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { noneMatch } from './entity-tag.ts';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

/** Mantine sets styles on elements, hence 'unsafe-inline' for styles; scripts come from files alone. */
const security = [
  'Content-Security-Policy',
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'X-Content-Type-Options',
  'nosniff',
  'X-Frame-Options',
  'DENY',
  'Referrer-Policy',
  'no-referrer',
];

/**
 * Sends a file of the built window; a path without an extension is a place inside the window, so it gets index.html.
 * @param folder null: the window was not built
 * @param path percent-decoded, with its slash in front
 */
export async function sendWindowFile(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string | null,
  path: string,
): Promise<void> {
  const wanted = path === '/' || extname(path) === '' ? '/index.html' : path;
  const file = folder === null ? null : insideOf(folder, wanted);
  const found = file === null ? null : await statFile(file);
  if (file === null || found === null) {
    if (wanted === '/index.html')
      sendPage(response, 503, 'The window is not built', 'Run <code>npm run build</code> in the checkout, then load this page again.');
    else sendPage(response, 404, 'There is no such file', 'The window begins at <a href="/">its first page</a>.');
    return;
  }
  const tag = `"${found.size.toString(36)}-${Math.round(found.mtimeMs).toString(36)}"`;
  // Names in assets/ carry a hash of their content.
  const caching = wanted.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-cache';
  const head = [...security, 'Cache-Control', caching, 'ETag', tag];
  if (!noneMatch(request.headers['if-none-match'], tag)) {
    response.writeHead(304, head).end();
    return;
  }
  const content = await readFile(file);
  const type = contentTypes[extname(file)] ?? 'application/octet-stream';
  response.writeHead(200, [...head, 'Content-Type', type, 'Content-Length', String(content.length)]);
  response.end(content);
}

/** null for a path that leads out of the folder or that no file of ours has. */
function insideOf(folder: string, path: string): string | null {
  if (/[\0\\]/.test(path)) return null;
  const root = normalize(folder + sep);
  const file = join(root, path);
  return file.startsWith(root) ? file : null;
}

async function statFile(file: string): Promise<Stats | null> {
  try {
    const found = await stat(file);
    return found.isFile() ? found : null;
  } catch {
    return null;
  }
}

/** @param markup our own words: nothing from a request ever stands in it */
export function sendPage(response: ServerResponse, status: number, title: string, markup: string): void {
  const page = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title} · Switchyard</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:20vh auto;padding:0 1rem;color-scheme:light dark}</style>
<h1>${title}</h1><p>${markup}</p></html>
`;
  const head = ['Content-Type', 'text/html; charset=utf-8', 'Content-Length', String(Buffer.byteLength(page)), 'Cache-Control', 'no-store'];
  response.writeHead(status, [...security, ...head]);
  response.end(page);
}

/** Opens the session that a one-time code stands for and goes on to the window. */
export function sendSession(response: ServerResponse, secret: string | null, cookieName: string): void {
  if (secret === null) {
    const markup = 'It was used before, or it is older than a minute. Run <code>switchyard url</code> for a new one.';
    sendPage(response, 401, 'This address is not valid any more', markup);
    return;
  }
  const cookie = `${cookieName}=${secret}; HttpOnly; SameSite=Strict; Path=/`;
  response.writeHead(303, [...security, 'Set-Cookie', cookie, 'Location', '/', 'Cache-Control', 'no-store', 'Content-Length', '0']);
  response.end();
}

export function sendSignIn(response: ServerResponse): void {
  sendPage(response, 401, 'This window needs a one-time address', 'Run <code>switchyard url</code> and open the address that it prints.');
}
