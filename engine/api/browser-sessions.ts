/** One-time codes, and the sessions that they open for a browser window on TCP. In memory: a restart asks for a new code. */

import { hash, randomBytes } from 'node:crypto';

const codeMs = 60_000;
const sessionIdleMs = 7 * 86_400_000;
const codesKept = 32;
const sessionsKept = 64;

export class BrowserSessions {
  readonly #now: () => number;
  /** By SHA-256, so that a look-up's timing tells nothing of a secret; each with its end. The oldest stand first. */
  readonly #codes = new Map<string, number>();
  readonly #sessions = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** 256 bits, good for one use within 60 s. */
  makeCode(): string {
    return remember(this.#codes, codesKept, this.#now() + codeMs);
  }

  /** A new session's secret, or null for a code that was used, is too old or never was. */
  redeem(code: string): string | null {
    const digest = digestOf(code);
    const end = this.#codes.get(digest);
    this.#codes.delete(digest);
    if (end === undefined || end <= this.#now()) return null;
    return remember(this.#sessions, sessionsKept, this.#now() + sessionIdleMs);
  }

  /** Use keeps a session alive. */
  has(secret: string): boolean {
    const digest = digestOf(secret);
    const end = this.#sessions.get(digest);
    if (end === undefined) return false;
    this.#sessions.delete(digest);
    if (end <= this.#now()) return false;
    this.#sessions.set(digest, this.#now() + sessionIdleMs);
    return true;
  }
}

function remember(secrets: Map<string, number>, kept: number, end: number): string {
  const secret = randomBytes(32).toString('base64url');
  secrets.set(digestOf(secret), end);
  for (const oldest of secrets.keys()) {
    if (secrets.size <= kept) break;
    secrets.delete(oldest);
  }
  return secret;
}

function digestOf(secret: string): string {
  return hash('sha256', secret);
}
