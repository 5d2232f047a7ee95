/** Whether the input of a task is a JSON Schema at all; with a chunk of its own, as only threads that read tasks ask. */

import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonObject } from '../contract/json.ts';
import { payloadSchemaOptions } from '../contract/payload-schema.ts';

/**
 * Compiles the schema of schemas first, which takes 0.2 s: in the engine every task of the user would hold up all others for that.
 * @throws TypeError that says what is wrong with it
 */
export function refuseWrongSchema(input: JsonObject): void {
  try {
    new Ajv2020(payloadSchemaOptions).compile(input);
  } catch (cause) {
    throw new TypeError(`Its input is not a JSON Schema: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
