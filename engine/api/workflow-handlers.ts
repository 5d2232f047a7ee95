import type { Backend } from '../queue/backend.ts';
import { empty, json } from './answer.ts';
import type { Handlers } from './handler.ts';
import { param } from './handler.ts';
import { idempotencyOf } from './job-handlers.ts';

type WorkflowRoute = 'listWorkflows' | 'submitWorkflow' | 'getWorkflow' | 'cancelWorkflow' | 'retryWorkflow' | 'deleteWorkflow';

/** @param refuseWork throws shutting-down once the engine takes nothing more */
export function workflowHandlers(backend: Backend, refuseWork: () => void): Pick<Handlers, WorkflowRoute> {
  return {
    listWorkflows: async ({ query }) => json(200, await backend.listWorkflows(query)),

    submitWorkflow: async ({ body, rawBody, request }) => {
      refuseWork();
      const { workflow, replayed } = await backend.submitWorkflow(body, idempotencyOf(request.headers, rawBody));
      const headers = ['Location', `/v1/workflows/${workflow.id}`, ...(replayed ? ['Idempotency-Replayed', 'true'] : [])];
      return json(202, workflow, headers);
    },

    getWorkflow: async (call) => {
      const id = param(call, 'id');
      const { waitMs } = call.query;
      return json(200, waitMs ? await backend.waitForWorkflow(id, waitMs) : await backend.getWorkflow(id));
    },

    cancelWorkflow: async (call) => json(200, await backend.cancelWorkflow(param(call, 'id'))),

    retryWorkflow: async (call) => {
      refuseWork();
      return json(200, await backend.retryWorkflow(param(call, 'id'), call.body));
    },

    deleteWorkflow: async (call) => {
      await backend.deleteWorkflow(param(call, 'id'));
      return empty(204);
    },
  };
}
