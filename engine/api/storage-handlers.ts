/** What is kept, for how long, in which condition, and copies of it. */

import type { Backend } from '../queue/backend.ts';
import { json } from './answer.ts';
import type { Handlers } from './handler.ts';
import { param } from './handler.ts';

type StorageRoute = 'getDiagnosis' | 'startBackup' | 'getBackup' | 'getRetention' | 'patchRetention';

/** @param refuseWork throws shutting-down once the engine takes nothing more */
export function storageHandlers(backend: Backend, refuseWork: () => void): Pick<Handlers, StorageRoute> {
  return {
    getDiagnosis: async ({ query }) => json(200, await backend.diagnose(query.deep === 'true')),
    startBackup: async ({ body }) => {
      refuseWork();
      const backup = await backend.startBackup(body);
      return json(202, backup, ['Location', `/v1/backups/${backup.id}`]);
    },
    getBackup: async (call) => json(200, await backend.getBackup(param(call, 'id'))),
    getRetention: async () => json(200, await backend.getRetention()),
    patchRetention: async ({ body }) => json(200, await backend.patchRetention(body)),
  };
}
