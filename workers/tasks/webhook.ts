/** Sends one webhook, by Standard Webhooks. 2xx is delivered; a redirect is a failure, since the receiver of a signed message is chosen by its sender. */

import { Agent, type Dispatcher, request } from 'undici';
import type { NoOrder, WebhookOrder } from '../../contract/delivery-order.ts';
import { receiverGoneCode } from '../../contract/delivery-order.ts';
import type { TaskDefinition } from '../../contract/task.ts';
import { retryAfterMs } from '../retry-after.ts';
import type { BuiltInContext } from '../task-context.ts';
import { failForGood, retryAfter } from '../task-errors.ts';
import { startOfText } from '../text-limits.ts';
import { webhookSignature } from '../webhook-signature.ts';

/** The answer's text helps to find out why it was refused; nobody needs all of it. */
const keptBytes = 1_024;

/** The time limit is the job's (its signal). */
const agent = new Agent({ connections: 64, headersTimeout: 0, bodyTimeout: 0 });

async function run(order: WebhookOrder | NoOrder, task: BuiltInContext): Promise<{ status: number }> {
  if ('refusal' in order) throw failForGood(order.refusal);
  const startedAt = performance.now();
  const { statusCode: status, headers, body } = await send(order, task);
  const text = await startOf(body, keptBytes, task.signal);
  task.log(`${shown(order.url)}: ${status} in ${Math.round(performance.now() - startedAt)} ms`);
  if (status >= 200 && status <= 299) return { status };
  throw problemOf(status, headers, text);
}

async function send({ id, url, secret, body }: WebhookOrder, task: BuiltInContext): Promise<Dispatcher.ResponseData> {
  // Of each try: a receiver refuses a signature that is minutes old.
  const seconds = Math.floor(Date.now() / 1000);
  const address = new URL(url);
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': 'switchyard',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': webhookSignature(secret, id, seconds, body),
  };
  if (address.username !== '' || address.password !== '') {
    const pair = `${decodeURIComponent(address.username)}:${decodeURIComponent(address.password)}`;
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  try {
    // undici's `request` follows no redirects.
    return await request(address, { method: 'POST', headers, body, dispatcher: agent, signal: task.signal });
  } catch (error) {
    if (task.signal.aborted) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const problem = Object.assign(new Error(`${shown(url)}: ${message || code}`, { cause: error }), { name: 'NetworkError' });
    throw code === undefined ? problem : Object.assign(problem, { code });
  }
}

/** Reading goes no further, so that an endless answer ends here. */
async function startOf(body: Dispatcher.ResponseData['body'], bytes: number, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length > bytes) break;
    }
  } catch (error) {
    // The status decides; what came of the text is enough.
    if (signal.aborted) throw error;
  } finally {
    body.destroy();
  }
  return startOfText(Buffer.concat(chunks).toString('utf8'), bytes);
}

function problemOf(status: number, headers: Dispatcher.ResponseData['headers'], text: string): Error {
  const details = { status, body: text };
  if (status === 410)
    return Object.assign(failForGood('The receiver answered 410: it wants no more.', details), { code: receiverGoneCode });
  const message = status >= 300 && status <= 399 ? `status ${status}: redirects are not followed` : `status ${status}`;
  // A receiver that is being mended may answer anything; what asks to be left alone is left alone.
  const waitMs = status === 429 || status === 503 ? retryAfterMs(headers['retry-after'], Date.now()) : null;
  return waitMs === null ? Object.assign(new Error(message), { name: 'WebhookError', details }) : retryAfter(waitMs, message, details);
}

/** Without what a URL may hold of secrets. */
function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

export default {
  title: 'Send a webhook',
  description: 'The engine’s own: tells an address how a job ended.',
  lane: 'io',
  run,
} satisfies TaskDefinition<WebhookOrder | NoOrder, { status: number }>;
