import { z } from 'zod';
import { laneNames } from '../../contract/job.ts';
import type { Lane } from '../../contract/resources.ts';

const time = z.iso.datetime();
const count = z.int().min(0);

export const laneSchema = z.object({
  name: z.enum(laneNames),
  threads: z.array(
    z.object({
      id: z.int(),
      lane: z.enum(laneNames),
      jobs: count,
      busy: z.boolean(),
      utilization: z.number(),
      heapBytes: z.number(),
      externalBytes: z.number(),
      draining: z.boolean(),
      startedAt: time,
    }),
  ),
  minThreads: count,
  maxThreads: count,
  jobs: count,
  places: count,
  memoryLimitBytes: count,
  recycled: count,
  lastRecycled: z
    .object({ at: time, lane: z.enum(laneNames), thread: z.int(), reason: z.literal('memory'), heapBytes: count, externalBytes: count })
    .nullable(),
}) satisfies z.ZodType<Lane>;
