/** Which service a job calls, and what the end of a run says of it. Pure. */

import type { CircuitDeclaration } from '../../contract/circuit.ts';
import type { JobError } from '../../contract/job.ts';
import type { Json, JsonObject } from '../../contract/json.ts';
import type { JobRow } from '../store/job-row.ts';
import type { CatalogEntry } from './catalog.ts';
import type { RunResult } from './lanes.ts';
import { timedOutErrorName } from './outcome.ts';

/** The longest name that a circuit may have; a longer origin has none. */
const longestName = 300;

/** The circuit that a payload belongs to; null where it holds no address. */
export function circuitOf(declared: CircuitDeclaration | null, payload: JsonObject): string | null {
  if (declared === null) return null;
  if ('name' in declared) return declared.name;
  const address = valueAt(payload, declared.originOf);
  if (typeof address !== 'string') return null;
  // The origin of what is no web address is "null".
  const origin = URL.canParse(address) ? new URL(address).origin : 'null';
  return origin === 'null' || origin.length > longestName ? null : origin;
}

/** The circuit of a job whose payload is changed to this one; that of a task which is not known now stays. */
export function circuitAfter(row: Pick<JobRow, 'payload' | 'circuit'>, payload: string, entry: CatalogEntry | undefined): string | null {
  if (payload === row.payload || !entry || entry.error) return row.circuit;
  return circuitOf(entry.description.circuit, JSON.parse(payload) as JsonObject);
}

export type ServiceWord = { kind: 'answered' } | { kind: 'fault'; error: JobError; askedMs: number | undefined };

/**
 * The task names the errors that are the service's fault; every other end of its own shows that the service answers. null: it says
 * nothing, as when it was cancelled or its thread went down.
 */
export function wordOf(result: RunResult, declared: CircuitDeclaration | null): ServiceWord | null {
  if (declared === null) return null;
  if (result.kind === 'succeeded') return { kind: 'answered' };
  if (result.kind === 'aborted' && result.reason === 'timed-out') {
    const error: JobError = { name: timedOutErrorName, message: 'It did not answer in time.' };
    return isFault(declared, error) ? { kind: 'fault', error, askedMs: undefined } : null;
  }
  if (result.kind !== 'failed' && result.kind !== 'failed-for-good') return null;
  if (!isFault(declared, result.error)) return { kind: 'answered' };
  return { kind: 'fault', error: result.error, askedMs: result.kind === 'failed' ? result.retryAfterMs : undefined };
}

function isFault({ faults }: CircuitDeclaration, { name, code }: JobError): boolean {
  return faults.includes(name) || (code !== undefined && faults.includes(code));
}

/** RFC 6901; own members of objects only, which is where an address stands. */
function valueAt(payload: JsonObject, pointer: string): Json | undefined {
  let value: Json | undefined = payload;
  for (const part of pointer.split('/').slice(1)) {
    const member: string = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) return undefined;
    value = (value as JsonObject)[member];
  }
  return value;
}
