/**
 * The least HTTP/1.1 client that can ask an engine: one request at a time over one kept connection. A full client costs as much
 * as the engine that is to be measured, on the same two cores.
 */

import { connect, type Socket } from 'node:net';

export type Reply = { status: number; body: Buffer };

const headEnd = Buffer.from('\r\n\r\n');

/** The bytes of one request; made once and sent again and again. */
export function requestBytes(method: string, path: string, body: string | null, headers: Record<string, string> = {}): Buffer {
  const length = body === null ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
  const lines = Object.entries({ host: 'localhost', ...length, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`);
}

export class HttpConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { resolve(reply: Reply): void; reject(error: Error): void } | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
      this.#answer();
    });
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('The engine closed the connection.')));
  }

  static open(socketPath: string): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(socketPath, () => resolve(new HttpConnection(socket))).once('error', reject);
    });
  }

  /** One at a time. */
  ask(request: Buffer): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#waiting = null;
    this.#socket.destroy();
  }

  #answer(): void {
    const bytes = this.#received;
    const end = bytes.indexOf(headEnd);
    if (end < 0 || !this.#waiting) return;
    const head = bytes.toString('latin1', 0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) {
      this.#fail(new Error(`An answer without a length: ${head}`));
      return;
    }
    const bodyAt = end + headEnd.length;
    const whole = bodyAt + Number(length);
    if (bytes.length < whole) return;
    const { resolve } = this.#waiting;
    this.#waiting = null;
    this.#received = bytes.subarray(whole);
    resolve({ status: Number(head.slice(9, 12)), body: bytes.subarray(bodyAt, whole) });
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}
