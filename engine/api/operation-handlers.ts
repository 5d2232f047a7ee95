/** Dead letters, and what is done to many jobs at once. */

import type { Backend } from '../queue/backend.ts';
import { json } from './answer.ts';
import type { Handlers } from './handler.ts';
import { param } from './handler.ts';
import { pageAnswer } from './job-handlers.ts';

type OperationRoute =
  | 'listDeadLetters'
  | 'listDeadGroups'
  | 'redriveDeadLetters'
  | 'discardDeadLetters'
  | 'actOnJobs'
  | 'listOperations'
  | 'getOperation'
  | 'stopOperation';

/** @param refuseWork throws shutting-down once the engine takes nothing more */
export function operationHandlers(backend: Backend, refuseWork: () => void): Pick<Handlers, OperationRoute> {
  return {
    listDeadLetters: async ({ query }) => pageAnswer(await backend.listDead(query)),
    listDeadGroups: async ({ query: { limit, cursor } }) => json(200, await backend.listDeadGroups({ limit, cursor })),
    redriveDeadLetters: async ({ body }) => {
      refuseWork();
      return json(202, await backend.redrive(body));
    },
    discardDeadLetters: async ({ body }) => {
      refuseWork();
      return json(202, await backend.discard(body));
    },
    actOnJobs: async ({ body }) => {
      refuseWork();
      return json(202, await backend.actOnJobs(body));
    },
    listOperations: async ({ query: { limit, cursor } }) => json(200, await backend.listOperations({ limit, cursor })),
    getOperation: async (call) => json(200, await backend.getOperation(param(call, 'id'))),
    stopOperation: async (call) => json(200, await backend.stopOperation(param(call, 'id'))),
  };
}
