/** The route table with its handlers, ready to be called: what a request must be like stands beside what answers it. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { invalid } from '../../contract/errors.ts';
import { limits } from '../../contract/limits.ts';
import type { Route, RouteName } from '../../contract/routes.ts';
import { routes } from '../../contract/routes.ts';
import type { Answer } from './answer.ts';
import type { Handlers } from './handler.ts';
import { parseJsonBody } from './json-body.ts';
import { parseQuery } from './query.ts';
import { missingBody, readBody } from './read-body.ts';
import type { Params } from './router.ts';
import { validate } from './validate.ts';

/** A handler without the types that its route gives it. */
type LooseCall = { params: Params; query: unknown; body: unknown; rawBody: Buffer; request: IncomingMessage; response: ServerResponse };
type LooseHandler = (call: LooseCall) => Promise<Answer | null> | Answer;

export type Endpoint = {
  query: z.ZodType;
  /** What the query schema makes of no query at all; shared by all calls. */
  noQuery: unknown;
  body: z.ZodType | null;
  takesBody: boolean;
  bodyBytes: number;
  handle: LooseHandler;
};

export type EndpointEntry = { method: string; path: string; entry: Endpoint };

export function endpointsOf(handlers: Handlers): EndpointEntry[] {
  return (Object.keys(routes) as RouteName[]).map((name) => {
    // `Handlers` pairs each name with its own types; a walk over all names can't express that pairing.
    const handle = handlers[name] as unknown as LooseHandler;
    const takesMany = name === 'submitBatch' || name === 'submitWorkflow';
    return endpoint(routes[name], handle, takesMany ? limits.batchBodyBytes : limits.bodyBytes);
  });
}

export function endpoint(route: Route, handle: LooseHandler, bodyBytes: number = limits.bodyBytes): EndpointEntry {
  const { method, path, query, body } = route;
  // Zod would write and compile a function for each of them.
  const noQuery = query.safeParse({}, { jitless: true });
  if (!noQuery.success) throw new Error(`${method} ${path} requires a query parameter, which no address can know`);
  const entry = { query, noQuery: Object.freeze(noQuery.data), body, takesBody: method !== 'GET', bodyBytes, handle };
  return { method, path, entry };
}

/** @throws Problem for what is wrong with the request; ClientGone */
export async function callEndpoint(
  { query, noQuery, body, takesBody, bodyBytes, handle }: Endpoint,
  encodedParams: Params,
  search: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer | null> {
  const params = decodedParams(encodedParams);
  const parsedQuery = search === '' ? noQuery : validate(query, parseQuery(search), 'query');
  // A body of a GET means nothing (RFC 9110, 9.3.1); it is thrown away with the answer.
  const rawBody = takesBody ? await readBody(request, response, bodyBytes) : noBytes;
  const parsedBody = readFields(body, rawBody);
  // To return a promise from an async function takes two turns of the microtask queue more than to await it.
  return await handle({ params, query: parsedQuery, body: parsedBody, rawBody, request, response });
}

const noBytes = Buffer.alloc(0);
const noFields = z.strictObject({});

function readFields(schema: z.ZodType | null, rawBody: Buffer): unknown {
  if (schema === null) {
    // Programs that always send a body send an empty object; a field in it would be silently ignored.
    if (rawBody.length > 0) validate(noFields, parseJsonBody(rawBody), 'body');
    return undefined;
  }
  if (rawBody.length === 0) {
    const absent = schema.safeParse(undefined);
    if (absent.success) return absent.data;
    throw missingBody();
  }
  return validate(schema, parseJsonBody(rawBody), 'body');
}

function decodedParams(encoded: Params): Params {
  const params: Record<string, string> = {};
  for (const name in encoded) {
    const value = encoded[name] ?? '';
    try {
      params[name] = value.includes('%') ? decodeURIComponent(value) : value;
    } catch {
      throw invalid(name, 'must be percent-encoded UTF-8');
    }
  }
  return params;
}
