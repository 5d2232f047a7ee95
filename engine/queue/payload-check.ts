import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { FieldError } from '../../contract/errors.ts';
import type { JsonObject } from '../../contract/json.ts';
import { payloadSchemaOptions } from '../../contract/payload-schema.ts';

/** The wrong fields of a payload, as JSON Pointers below `/payload`; empty when it fits. */
export type PayloadCheck = (payload: JsonObject) => FieldError[];

/**
 * Compiled at the first payload: most engines see few of their tasks, and at the start it was half of the time.
 * @param schema was found to be one when its task was read (`workers/input-schema.ts`), so the schema of schemas is left out
 */
export function payloadCheck(schema: JsonObject): PayloadCheck {
  let compiled: ValidateFunction | undefined;
  return (payload) => {
    compiled ??= new Ajv2020({ ...payloadSchemaOptions, validateSchema: false }).compile(schema);
    return compiled(payload) ? [] : (compiled.errors ?? []).slice(0, 20).map(fieldError);
  };
}

function fieldError({ instancePath, keyword, params, message, parentSchema }: ErrorObject): FieldError {
  const path = `/payload${instancePath}`;
  switch (keyword) {
    case 'required':
      return { path: `${path}/${escapePointer(params.missingProperty)}`, message: 'is required' };
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return { path: `${path}/${escapePointer(params.additionalProperty ?? params.unevaluatedProperty)}`, message: 'unknown field' };
    case 'type':
      return { path, message: `must be ${[params.type].flat().map(named).join(' or ')}` };
    case 'enum':
      return { path, message: `must be one of ${(params.allowedValues as unknown[]).map((value) => JSON.stringify(value)).join(', ')}` };
    case 'pattern':
      // What the author says of the field tells more than an expression.
      return { path, message: `must fit ${params.pattern}${parentSchema?.description ? `: ${parentSchema.description}` : ''}` };
    default:
      return { path, message: message ?? `does not fit (${keyword})` };
  }
}

function named(type: string): string {
  if (type === 'null') return 'null';
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
