import type { Backend } from '../queue/backend.ts';
import { json } from './answer.ts';
import type { Handlers } from './handler.ts';
import { param } from './handler.ts';

type CircuitRoute = 'listCircuits' | 'getCircuit' | 'resetCircuit';

export function circuitHandlers(backend: Backend): Pick<Handlers, CircuitRoute> {
  return {
    listCircuits: async ({ query: { limit, cursor } }) => json(200, await backend.listCircuits({ limit, cursor })),
    getCircuit: async (call) => json(200, await backend.getCircuit(param(call, 'name'))),
    resetCircuit: async (call) => json(200, await backend.resetCircuit(param(call, 'name'))),
  };
}
