import type { Backend } from '../queue/backend.ts';
import { empty, json } from './answer.ts';
import type { Handlers } from './handler.ts';
import { param } from './handler.ts';
import { pollHeaders } from './job-handlers.ts';

type ScheduleRoute =
  | 'listSchedules'
  | 'makeSchedule'
  | 'previewSchedule'
  | 'getSchedule'
  | 'patchSchedule'
  | 'deleteSchedule'
  | 'runSchedule'
  | 'listScheduleJobs';

/** @param refuseWork throws shutting-down once the engine takes nothing more */
export function scheduleHandlers(backend: Backend, now: () => number, refuseWork: () => void): Pick<Handlers, ScheduleRoute> {
  return {
    listSchedules: async ({ query: { limit, cursor } }) => json(200, await backend.listSchedules({ limit, cursor })),

    makeSchedule: async ({ body }) => {
      refuseWork();
      const schedule = await backend.makeSchedule(body);
      return json(201, schedule, ['Location', `/v1/schedules/${schedule.id}`]);
    },

    previewSchedule: async ({ body }) => json(200, await backend.previewSchedule(body)),
    getSchedule: async (call) => json(200, await backend.getSchedule(param(call, 'id'))),
    patchSchedule: async (call) => json(200, await backend.patchSchedule(param(call, 'id'), call.body)),

    deleteSchedule: async (call) => {
      await backend.deleteSchedule(param(call, 'id'));
      return empty(204);
    },

    runSchedule: async (call) => {
      refuseWork();
      const job = await backend.runSchedule(param(call, 'id'));
      return json(202, job, ['Location', `/v1/jobs/${job.id}`, ...pollHeaders(job, now())]);
    },

    listScheduleJobs: async (call) => {
      const { limit, cursor } = call.query;
      return json(200, await backend.listScheduleJobs(param(call, 'id'), { limit, cursor }));
    },
  };
}
