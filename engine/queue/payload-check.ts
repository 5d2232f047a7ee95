import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { FieldError } from '../../contract/errors.ts';
import type { JsonObject } from '../../contract/json.ts';

/** The wrong fields of a payload, as JSON Pointers below `/payload`; empty when it fits. */
export type PayloadCheck = (payload: JsonObject) => FieldError[];

/** @throws Error when the schema itself is wrong */
export function compilePayloadCheck(schema: JsonObject): PayloadCheck {
  // Formats are annotations in JSON Schema 2020-12 unless asked for; unknown keywords are allowed for the same reason.
  const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false, logger: false });
  const validate: ValidateFunction = ajv.compile(schema);
  return (payload) => (validate(payload) ? [] : (validate.errors ?? []).slice(0, 20).map(fieldError));
}

function fieldError({ instancePath, keyword, params, message }: ErrorObject): FieldError {
  const path = `/payload${instancePath}`;
  if (keyword === 'required') return { path: `${path}/${escapePointer(params.missingProperty)}`, message: 'is required' };
  if (keyword === 'additionalProperties') return { path: `${path}/${escapePointer(params.additionalProperty)}`, message: 'unknown field' };
  if (keyword === 'enum')
    return { path, message: `must be one of ${(params.allowedValues as unknown[]).map((value) => JSON.stringify(value)).join(', ')}` };
  return { path, message: message ?? `does not fit (${keyword})` };
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
