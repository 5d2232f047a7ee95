/** Error codes of the public interface, as RFC 9457 problem details. */

import type { JobError } from './job.ts';

export const problems = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  unauthorized: { status: 401, title: 'The request is not authorised' },
  'foreign-origin': { status: 403, title: 'The request comes from a foreign origin' },
  'not-found': { status: 404, title: 'There is no such thing here' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'wrong-state': { status: 409, title: 'The job is in the wrong state for this' },
  'payload-too-large': { status: 413, title: 'The request is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be JSON' },
  'misdirected-request': { status: 421, title: 'The request is for another host' },
  'unknown-task': { status: 422, title: 'There is no such task' },
  'unknown-queue': { status: 422, title: 'There is no such queue' },
  'idempotency-mismatch': { status: 422, title: 'The idempotency key was used with another body' },
  'backlog-full': { status: 429, title: 'The queue is full' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'task-failed': { status: 500, title: 'The task failed' },
  'internal-error': { status: 500, title: 'The engine made a mistake' },
  'lane-saturated': { status: 503, title: 'The lane is full' },
  'shutting-down': { status: 503, title: 'The engine is stopping' },
  /** From the desktop shell rather than the engine: there is none to ask. */
  'engine-offline': { status: 503, title: 'No engine answers' },
  'circuit-open': { status: 503, title: 'The circuit is open' },
  'deadline-exceeded': { status: 504, title: 'The deadline has passed' },
  'storage-full': { status: 507, title: 'The disk is full' },
} as const;

export type ProblemCode = keyof typeof problems;

export type FieldError = {
  /** RFC 6901 JSON Pointer into the body, or the name of the query parameter or header. */
  path: string;
  message: string;
};

export type ProblemDetails = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ProblemCode;
  jobId?: string;
  error?: JobError;
  errors?: FieldError[];
};

type ProblemExtras = {
  jobId?: string;
  /** The task's own error, for `task-failed`. */
  error?: JobError;
  errors?: FieldError[];
  /** Becomes `Retry-After`, rounded up to whole seconds. */
  retryAfterMs?: number;
  /** Becomes `Idempotency-Replayed`. */
  isReplay?: true;
};

/** An expected failure that crosses a boundary. `detail` says what happened, what it means and what to do. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly status: number;
  readonly extras: ProblemExtras;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(detail);
    this.code = code;
    this.status = problems[code].status;
    this.extras = extras;
  }

  toJSON(): ProblemDetails {
    const { retryAfterMs: _retryAfterMs, isReplay: _isReplay, ...members } = this.extras;
    return {
      type: `urn:switchyard:${this.code}`,
      title: problems[this.code].title,
      status: this.status,
      detail: this.message,
      code: this.code,
      ...members,
    };
  }

  static from(details: ProblemDetails, retryAfterMs?: number): Problem {
    const extras: ProblemExtras = {};
    if (details.jobId !== undefined) extras.jobId = details.jobId;
    if (details.error !== undefined) extras.error = details.error;
    if (details.errors !== undefined) extras.errors = details.errors;
    if (retryAfterMs !== undefined) extras.retryAfterMs = retryAfterMs;
    return new Problem(Object.hasOwn(problems, details.code) ? details.code : 'internal-error', details.detail ?? details.title, extras);
  }
}

/** One wrong field: `path` is a JSON Pointer or a parameter's name; the detail repeats it for people. */
export function invalid(path: string, message: string): Problem {
  return invalidFields([{ path, message }]);
}

export function invalidFields(errors: FieldError[]): Problem {
  const shown = errors.slice(0, 20);
  const detail = shown.map((error) => (error.path === '' ? error.message : `${error.path}: ${error.message}`)).join('; ');
  return new Problem('invalid-request', detail, { errors: shown });
}
