/**
 * A checkout with a slow provider. Mostly it answers within a second, and then so does the shop: submit it with `waitMs: 1000`. When it
 * takes longer, the same job goes on in the background, and the buyer gets its id instead of an error. Never a second submission.
 */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Payload = { order: string; cents: number; provider?: string; providerMs?: number };
type Task = {
  jobId: string;
  attempt: number;
  signal: AbortSignal;
  traceparent: string;
  log(text: string): void;
  failForGood(message: string): Error;
  retryAfter(ms: number, message: string): Error;
};

/** A provider on this machine that takes `ms` for an answer, so that this can be tried without one. */
async function openProvider(ms: number): Promise<{ address: string; close(): void }> {
  const server = createServer((request, response) => {
    const timer = setTimeout(() => response.end(JSON.stringify({ reference: `p-${request.headers['idempotency-key']}` })), ms);
    response.on('close', () => clearTimeout(timer));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close };
}

async function pay(address: string, { order, cents }: Payload, task: Task): Promise<{ reference: string }> {
  // The job's id is the same at every attempt: the provider charges once, however often it is asked.
  const headers = { 'content-type': 'application/json', 'idempotency-key': task.jobId, traceparent: task.traceparent };
  const answer = await fetch(address, { method: 'POST', headers, body: JSON.stringify({ order, cents }), signal: task.signal });
  if (answer.ok) return (await answer.json()) as { reference: string };
  await answer.body?.cancel();
  if (answer.status === 402) throw task.failForGood('The card was declined');
  const seconds = Number(answer.headers.get('retry-after'));
  if (seconds > 0) throw task.retryAfter(seconds * 1_000, `The provider asks to come back in ${seconds} s`);
  if (answer.status < 500) throw task.failForGood(`The provider refuses it: ${answer.status}`);
  throw new Error(`The provider answered ${answer.status}`);
}

export default {
  title: 'Checkout',
  description: 'Pays at a provider that is mostly fast. A wait of a second: within it the shop answers, past it the same job goes on.',
  lane: 'io',
  input: {
    type: 'object',
    properties: {
      order: { type: 'string', title: 'Order', minLength: 1, maxLength: 100 },
      cents: { type: 'integer', title: 'Cents', minimum: 1, maximum: 100_000_000 },
      provider: { type: 'string', title: 'Provider', description: 'its address; left out: one on this machine', pattern: '^https?://' },
      providerMs: {
        type: 'integer',
        title: 'Milliseconds',
        description: 'that the provider on this machine takes',
        minimum: 0,
        maximum: 60_000,
        default: 300,
      },
    },
    required: ['order', 'cents'],
    additionalProperties: false,
  },
  result: { type: 'object', properties: { paid: { type: 'boolean' }, reference: { type: 'string' } }, required: ['paid', 'reference'] },
  timeoutMs: 90_000,
  declares: { needsResult: true, consistency: 'strong', idempotent: true, retryable: true },
  examples: [
    { order: '1001', cents: 4_200, providerMs: 5_000 },
    { order: '1002', cents: 990, providerMs: 300 },
  ],

  async run(payload: Payload, task: Task) {
    const own = payload.provider === undefined ? await openProvider(payload.providerMs ?? 300) : null;
    try {
      const { reference } = await pay(own?.address ?? payload.provider ?? '', payload, task);
      task.log(`Order ${payload.order}: paid, ${reference}`);
      return { paid: true, reference };
    } finally {
      own?.close();
    }
  },
};
