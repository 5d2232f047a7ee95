/** Answers about what is kept, in which condition, and copies of it. */

import { z } from 'zod';
import { type Backup, backupStages, backupStates } from '../../contract/backup.ts';
import { type Diagnosis, findingCodes, severities } from '../../contract/diagnosis.ts';
import type { Retention } from '../../contract/retention.ts';
import { count, named, time } from './schema-parts.ts';

export const diagnosis = named(
  'Diagnosis',
  z.object({
    at: time,
    findings: z.array(
      z.object({
        code: z.enum(findingCodes),
        severity: z.enum(severities),
        found: z.string(),
        meaning: z.string().nullable(),
        advice: z.string().nullable(),
        jobs: z.array(z.string()),
      }),
    ),
  }) satisfies z.ZodType<Diagnosis>,
);

export const backup = named(
  'Backup',
  z.object({
    id: z.string(),
    path: z.string(),
    state: z.enum(backupStates),
    stage: z.enum(backupStages),
    bytes: count,
    bytesDone: count,
    results: z.object({ files: count, bytes: count, missing: count }),
    startedAt: time,
    finishedAt: time.nullable(),
    reason: z.string().nullable(),
  }) satisfies z.ZodType<Backup>,
);

const keptJobs = z.object({ forMs: z.number().nullable(), count: count.nullable() });
export const retention = named(
  'Retention',
  z.object({
    completed: keptJobs,
    cancelled: keptJobs,
    dead: keptJobs,
    maxBytes: z.number().nullable(),
    usage: z.object({ databaseBytes: count, freeBytes: count, resultBytes: count, shrinks: z.boolean() }),
    lastDeleted: z
      .object({
        at: time,
        completed: count,
        cancelled: count,
        dead: count,
        reasons: z.object({ age: count, count, size: count }),
      })
      .nullable(),
  }) satisfies z.ZodType<Retention>,
);
