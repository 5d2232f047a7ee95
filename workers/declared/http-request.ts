/** What `http.request` says of itself. */

import type { JsonObject } from '../../contract/json.ts';
import { limits } from '../../contract/limits.ts';
import type { TaskDeclaration } from '../../contract/task.ts';
import { readableBytes } from '../text-limits.ts';

export const defaultMaxBytes = 1_048_576;
const hardMaxBytes = 16_777_216;
const statusSchema: JsonObject = { type: 'integer', minimum: 100, maximum: 599 };

export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const input: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['url'],
  not: { required: ['body', 'json'] },
  properties: {
    url: {
      type: 'string',
      title: 'Address',
      description: 'Where to: http:// or https://.',
      pattern: '^[hH][tT][tT][pP][sS]?://',
      maxLength: 16_384,
    },
    method: { type: 'string', title: 'Method', description: 'GET without a body, POST with one, when left out.', enum: [...methods] },
    headers: {
      type: 'object',
      title: 'Headers',
      description:
        'Sent with the request. Added unless given here: traceparent, and for POST and PATCH an Idempotency-Key that is the same at every try of the job.',
      additionalProperties: { type: 'string' },
      default: {},
    },
    body: { type: 'string', title: 'Body as text', description: 'Sent as it is. Not together with "json".' },
    json: { title: 'Body as JSON', description: 'Any value; sent as JSON, with its content type. Not together with "body".' },
    expectStatus: {
      title: 'Expected status',
      description: 'The status, or statuses, that count as success; any of 200 to 299 when left out.',
      oneOf: [statusSchema, { type: 'array', items: statusSchema, minItems: 1, maxItems: 100 }],
    },
    maxBytes: {
      type: 'integer',
      title: 'Largest answer',
      description: `In bytes, after decompression. The whole result may take ${readableBytes(limits.resultBytes)} as JSON.`,
      minimum: 0,
      maximum: hardMaxBytes,
      default: defaultMaxBytes,
    },
  },
};

const result: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['status', 'headers', 'bytes'],
  properties: {
    status: { type: 'integer', title: 'Status', description: 'Of the last answer, after redirects.' },
    headers: {
      type: 'object',
      title: 'Headers',
      description: 'Names in lower case; a list where a header came more than once.',
      additionalProperties: { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
    },
    body: { type: 'string', title: 'Body as text', description: 'Of an answer that is not JSON.' },
    json: { title: 'Body as JSON', description: 'Of an answer whose content type is JSON.' },
    bytes: { type: 'integer', title: 'Size', description: 'Of the body in bytes, after decompression.' },
  },
};

export const httpRequest = {
  title: 'Call an address',
  description:
    'Sends an HTTP request and keeps the answer. Network errors, 408, 425, 429 and 5xx are tried again, after the time that Retry-After names if there is one; every other unexpected status fails for good.',
  lane: 'io',
  input,
  result,
  timeoutMs: 60_000,
  retry: { maxAttempts: 5 },
  declares: { idempotent: false, consistency: 'eventual' },
  circuit: { originOf: '/url', faults: ['NetworkError', 'HttpError', 'TimedOut'] },
  examples: [{ url: 'https://example.com/' }],
} satisfies TaskDeclaration;
