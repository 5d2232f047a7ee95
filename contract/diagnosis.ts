/** What an engine finds wrong with itself and its database. */

import { z } from 'zod';

export const severities = ['ok', 'warn', 'fail'] as const;
export type Severity = (typeof severities)[number];

export const findingCodes = ['integrity', 'tables', 'stuck-executing', 'stuck-waiting', 'held', 'clock', 'retention'] as const;
export type FindingCode = (typeof findingCodes)[number];

export type Finding = {
  code: FindingCode;
  severity: Severity;
  found: string;
  /** What it means for the jobs; null when all is well. */
  meaning: string | null;
  /** What to do about it; null when there is nothing to do. */
  advice: string | null;
  /** Some of the jobs that it is about, at most ten. */
  jobs: string[];
};

export type Diagnosis = { at: string; findings: Finding[] };

export const diagnosisQuerySchema = z.strictObject({
  /** Looks at every page and every index, whatever the size; else only at what takes a few seconds. */
  deep: z.enum(['true', 'false']).optional(),
});
