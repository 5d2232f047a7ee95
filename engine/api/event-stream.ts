/** Server-sent events on their way out (HTML standard, 9.2): kept alive, bounded, and all ended together at a stop. */

import type { IncomingMessage, ServerResponse } from 'node:http';

/** A stream that was ended has this long to be read to its end. */
const lastReadMs = 5_000;

const head = [
  'Content-Type',
  'text/event-stream; charset=utf-8',
  'Cache-Control',
  'no-store',
  'X-Content-Type-Options',
  'nosniff',
  // One answer per connection: the end of a stream is the end of the connection, seen at once on the other side.
  'Connection',
  'close',
];

export type EventStream = {
  /** One or several whole frames. A reader that is `limitBytes` behind loses the stream. */
  write(frames: string): void;
  end(lastFrames?: string): void;
};

export class EventStreams {
  readonly #open = new Set<ServerResponse>();
  readonly #keepAliveMs: number;
  #keepAlive: NodeJS.Timeout | undefined;

  constructor(keepAliveMs: number) {
    this.#keepAliveMs = keepAliveMs;
  }

  /**
   * Sends the head at once. Under HEAD that is all of it.
   * @param onClose called once, whoever ended the stream
   * @param limitBytes of frames that wait for the reader
   */
  open(request: IncomingMessage, response: ServerResponse, limitBytes: number, onClose: () => void): EventStream {
    this.#open.add(response);
    this.#keepAlive ??= setInterval(() => this.#writeToAll(': keep-alive\n\n'), this.#keepAliveMs).unref();
    response.once('close', () => {
      this.#open.delete(response);
      if (this.#open.size === 0) {
        clearInterval(this.#keepAlive);
        this.#keepAlive = undefined;
      }
      onClose();
    });
    request.socket.setNoDelay(true);
    response.writeHead(200, head);
    response.flushHeaders();
    const stream: EventStream = {
      write: (frames) => {
        if (response.writableEnded || response.destroyed) return;
        response.write(frames);
        if (response.writableLength > limitBytes) stream.end(': the reader is too slow\n\n');
      },
      end: (lastFrames) => endStream(response, lastFrames),
    };
    if (request.method === 'HEAD') stream.end();
    else stream.write('retry: 1000\n\n');
    return stream;
  }

  endAll(): void {
    for (const response of this.#open) endStream(response);
  }

  #writeToAll(frames: string): void {
    for (const response of this.#open) if (!response.writableEnded && !response.destroyed) response.write(frames);
  }
}

function endStream(response: ServerResponse, lastFrames?: string): void {
  if (response.writableEnded || response.destroyed) return;
  const stalled = setTimeout(() => response.destroy(), lastReadMs);
  stalled.unref();
  response.once('close', () => clearTimeout(stalled));
  response.end(lastFrames);
}
