/** Messages about the ends of jobs, and the endpoints that they go to. */

import type { Backend } from '../queue/backend.ts';
import { empty, json } from './answer.ts';
import type { Handlers } from './handler.ts';
import { param } from './handler.ts';

type NotifyRoute =
  | 'listDeliveries'
  | 'getDelivery'
  | 'redeliver'
  | 'listEndpoints'
  | 'makeEndpoint'
  | 'getEndpoint'
  | 'patchEndpoint'
  | 'deleteEndpoint';

/** @param refuseWork throws shutting-down once the engine takes nothing more */
export function notifyHandlers(backend: Backend, refuseWork: () => void): Pick<Handlers, NotifyRoute> {
  return {
    listDeliveries: async ({ query }) => json(200, await backend.listDeliveries(query)),
    getDelivery: async (call) => json(200, await backend.getDelivery(param(call, 'id'))),
    redeliver: async (call) => {
      refuseWork();
      return json(202, await backend.redeliver(param(call, 'id')));
    },
    listEndpoints: async ({ query: { limit, cursor } }) => json(200, await backend.listEndpoints({ limit, cursor })),
    makeEndpoint: async ({ body }) => {
      const endpoint = await backend.makeEndpoint(body);
      return json(201, endpoint, ['Location', `/v1/endpoints/${endpoint.id}`]);
    },
    getEndpoint: async (call) => json(200, await backend.getEndpoint(param(call, 'id'))),
    patchEndpoint: async (call) => json(200, await backend.patchEndpoint(param(call, 'id'), call.body)),
    deleteEndpoint: async (call) => {
      await backend.deleteEndpoint(param(call, 'id'));
      return empty(204);
    },
  };
}
