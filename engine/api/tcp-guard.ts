/**
 * Who may come in over TCP. A page of any site can make a browser send requests to this port, and a name that its
 * owner points at 127.0.0.1 makes them look like our own; so `Host` is checked before anything, then `Origin`, then the secret.
 */

import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../../contract/errors.ts';
import type { BrowserSessions } from './browser-sessions.ts';

export type Guard = {
  /** @throws Problem misdirected-request, foreign-origin */
  checkOrigin(headers: IncomingHttpHeaders): void;
  /** @throws Problem unauthorized */
  checkSecret(headers: IncomingHttpHeaders): void;
};

/** Cookies are shared by all ports of a host, so two engines must not use the same name. */
export function sessionCookieName(port: number): string {
  return `switchyard_session_${port}`;
}

export function tcpGuard(port: number, token: string, sessions: BrowserSessions): Guard {
  const hosts = new Set(['127.0.0.1', 'localhost', '[::1]'].flatMap((host) => (port === 80 ? [host, `${host}:80`] : [`${host}:${port}`])));
  const cookieName = sessionCookieName(port);
  return {
    checkOrigin(headers) {
      const host = headers.host?.toLowerCase();
      if (host === undefined || !hosts.has(host)) {
        throw new Problem('misdirected-request', `This is 127.0.0.1:${port}; the Host ${JSON.stringify(host ?? '')} is not served here.`);
      }
      const { origin } = headers;
      if (origin !== undefined && !isOriginOf(origin, host)) {
        throw new Problem('foreign-origin', `Pages of ${JSON.stringify(origin)} may not use this engine.`);
      }
      // A browser sends no Origin with a plain GET, but says where it comes from. `same-site` is another port.
      const site = headers['sec-fetch-site'];
      if (site === 'cross-site' || site === 'same-site') {
        throw new Problem(
          'foreign-origin',
          'Pages of other sites may not use this engine. Type the address, or open it with `switchyard url`.',
        );
      }
    },
    checkSecret(headers) {
      const { authorization } = headers;
      if (authorization !== undefined) {
        checkToken(authorization, token);
        return;
      }
      const secret = cookieValue(headers.cookie, cookieName);
      if (secret === null || !sessions.has(secret)) {
        throw new Problem('unauthorized', 'Send `Authorization: Bearer …` with the token in the file "token" of the home.');
      }
    },
  };
}

/** For the named pipe on Windows, whose default rights let others in: no browser reaches it, but any user's program may. */
export function tokenGuard(token: string): Guard {
  return {
    checkOrigin() {},
    checkSecret({ authorization }) {
      checkToken(authorization ?? '', token);
    },
  };
}

/** The Unix socket, whose mode is the guard. */
export const openGuard: Guard = { checkOrigin() {}, checkSecret() {} };

function checkToken(authorization: string, token: string): void {
  const given = /^bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (given === undefined || !sameSecret(given, token)) {
    throw new Problem(
      'unauthorized',
      'The token is wrong. It stands in the file "token" of the home; send it as `Authorization: Bearer …`.',
    );
  }
}

/** In a time that depends on the length alone. */
function sameSecret(given: string, expected: string): boolean {
  const left = Buffer.from(given);
  const right = Buffer.from(expected);
  return left.length === right.length && timingSafeEqual(left, right);
}

function isOriginOf(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).origin === new URL(`http://${host}`).origin;
}

function cookieValue(header: string | undefined, name: string): string | null {
  for (const pair of header?.split(';') ?? []) {
    const equals = pair.indexOf('=');
    if (equals !== -1 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return null;
}
