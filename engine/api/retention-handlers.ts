/** How long ended jobs are kept. */

import type { Backend } from '../queue/backend.ts';
import { json } from './answer.ts';
import type { Handlers } from './handler.ts';

export function retentionHandlers(backend: Backend): Pick<Handlers, 'getRetention' | 'patchRetention'> {
  return {
    getRetention: async () => json(200, await backend.getRetention()),
    patchRetention: async ({ body }) => json(200, await backend.patchRetention(body)),
  };
}
