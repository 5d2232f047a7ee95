import { z } from 'zod';
import { runAsCsv } from '../../lab/run-comparison.ts';
import type { LabBackend } from '../queue/backend.ts';
import { empty, json, text } from './answer.ts';
import { type EndpointEntry, endpoint } from './endpoints.ts';
import type { Handlers } from './handler.ts';
import { param } from './handler.ts';

type LabRoute = 'listLabPresets' | 'listLabRuns' | 'startLabRun' | 'getLabRun' | 'patchLabRun' | 'deleteLabRun' | 'stopLabRun';

/** @param refuseWork throws shutting-down once the engine takes nothing more */
export function labHandlers(lab: LabBackend, refuseWork: () => void): Pick<Handlers, LabRoute> {
  return {
    listLabPresets: () => json(200, { presets: lab.presets(), next: null }),
    listLabRuns: ({ query: { limit, cursor } }) => json(200, lab.list({ limit, cursor })),
    startLabRun: async ({ body }) => {
      refuseWork();
      const run = await lab.start(body);
      return json(201, run, ['Location', `/v1/lab/runs/${run.id}`]);
    },
    getLabRun: (call) => json(200, lab.get(param(call, 'id'))),
    patchLabRun: async (call) => json(200, await lab.rename(param(call, 'id'), call.body)),
    deleteLabRun: async (call) => {
      await lab.delete(param(call, 'id'));
      return empty(204);
    },
    stopLabRun: async (call) => json(200, await lab.stop(param(call, 'id'))),
  };
}

/** Beside the route table, whose answers are JSON. */
export function labCsvEndpoint(lab: LabBackend): EndpointEntry {
  const query = z.strictObject({});
  return endpoint(
    { method: 'GET', path: '/v1/lab/runs/{id}/csv', summary: 'A run of the lab as CSV, a row a mode', query, body: null },
    (call) => text('text/csv; charset=utf-8', runAsCsv(lab.get(param(call, 'id')))),
  );
}
