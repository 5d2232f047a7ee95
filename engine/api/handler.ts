/** What a call hands to its handler. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodyOutput, QueryOutput, RouteName } from '../../contract/routes.ts';
import type { Answer } from './answer.ts';
import type { Params } from './router.ts';

export type Call<Name extends RouteName> = {
  /** Percent-decoded. */
  readonly params: Params;
  readonly query: QueryOutput<Name>;
  readonly body: BodyOutput<Name>;
  /** As it was sent; empty without a body. */
  readonly rawBody: Buffer;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
};

/** null: the handler took over the response (an event stream). @throws Problem */
export type Handler<Name extends RouteName> = (call: Call<Name>) => Promise<Answer | null> | Answer;

/** Every route of the table has its handler; the compiler sees to it. */
export type Handlers = { readonly [Name in RouteName]: Handler<Name> };

/** A parameter of the path. */
export function param(call: { readonly params: Params }, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw new Error(`the path has no parameter ${name}`);
  return value;
}
