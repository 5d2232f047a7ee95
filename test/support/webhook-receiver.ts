/** A real HTTP server that takes webhooks, answers as the test says, and keeps what came. Knows no test runner. */

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ReceivedWebhook = {
  headers: IncomingHttpHeaders;
  text: string;
  body: { type: string; timestamp: string; data: { job: { id: string } } };
};

export type WebhookReceiver = {
  url: string;
  received: ReceivedWebhook[];
  /** Resolves once so many have come. */
  until(count: number): Promise<ReceivedWebhook[]>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** @param answer the status of the n-th webhook, counted from 0 */
export async function receiveWebhooks(answer: (n: number) => number = () => 204): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const waiting = new Set<() => void>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const status = answer(received.length);
    received.push({ headers: request.headers, text, body: JSON.parse(text) });
    response.writeHead(status).end();
    for (const check of waiting) check();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    until: (count) =>
      new Promise((resolve) => {
        const check = () => {
          if (received.length < count) return;
          waiting.delete(check);
          resolve(received);
        };
        waiting.add(check);
        check();
      }),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
