import type { Backend } from '../queue/backend.ts';
import { empty, json } from './answer.ts';
import type { Handlers } from './handler.ts';
import { param } from './handler.ts';

type ExampleRoute = 'listExamples' | 'loadExample' | 'removeExample';

export function exampleHandlers(backend: Backend): Pick<Handlers, ExampleRoute> {
  return {
    listExamples: async () => json(200, { examples: await backend.listExamples(), next: null }),
    loadExample: async (call) => json(200, await backend.loadExample(param(call, 'name'), call.body)),
    removeExample: async (call) => {
      await backend.removeExample(param(call, 'name'));
      return empty(204);
    },
  };
}
