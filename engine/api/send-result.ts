import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { StoredResult } from '../queue/backend.ts';

/**
 * A result as the whole answer, read as fast as it is taken: neither its size nor a slow reader costs memory. When the file fails
 * on the way the connection is cut, since its length has been promised.
 */
export async function sendResult(
  result: StoredResult,
  request: IncomingMessage,
  response: ServerResponse,
  stalledMs: number,
): Promise<void> {
  response.writeHead(200, [
    ...['Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff'],
    ...['Content-Type', 'application/json; charset=utf-8', 'Content-Length', String(result.bytes)],
  ]);
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  response.setTimeout(stalledMs, () => response.destroy());
  await pipeline(result.open(), response).catch(() => response.destroy());
}
