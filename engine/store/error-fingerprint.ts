import { createHash } from 'node:crypto';
import { causeOf } from '../../contract/fingerprint.ts';
import type { JobError } from '../../contract/job.ts';

/** Enough to tell what it is about. */
const sampleCharacters = 500;

const noError: JobError = { name: 'Error', message: 'no reason was kept' };

function errorOf(error: string | null): JobError {
  return error === null ? noError : (JSON.parse(error) as JobError);
}

/** 16 hexadecimal digits: among a million causes two would share theirs with a probability of 1 in 37 million. @param error JSON */
export function errorFingerprint(task: string, error: string | null): string {
  const cause = JSON.stringify(causeOf(task, errorOf(error)));
  return createHash('sha256').update(cause).digest('hex').slice(0, 16);
}

/** What a person is shown of a group: the error of its first job. @param error JSON */
export function errorSample(error: string | null): string {
  const { name, message } = errorOf(error);
  const text = message.startsWith(name) ? message : `${name}: ${message}`;
  return text.length <= sampleCharacters ? text : `${text.slice(0, sampleCharacters)}…`;
}
