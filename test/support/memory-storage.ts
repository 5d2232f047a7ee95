/** Of the backend in memory: what is kept. Backups and what is found wrong are tested against the real engine. */

import { Problem } from '../../contract/errors.ts';
import { defaultRetention, patchRetention, type Retention } from '../../contract/retention.ts';
import type { Backend } from '../../engine/queue/backend.ts';

export function memoryStorage(): Pick<Backend, 'diagnose' | 'startBackup' | 'getBackup' | 'getRetention' | 'patchRetention'> {
  let settings = defaultRetention;
  const report = (): Retention => ({
    ...settings,
    usage: { databaseBytes: 4096, freeBytes: 0, resultBytes: 0, shrinks: true },
    lastDeleted: null,
  });
  return {
    diagnose: async () => ({ at: new Date(0).toISOString(), findings: [] }),
    startBackup: noBackups,
    getBackup: noBackups,
    getRetention: async () => report(),
    async patchRetention(patch) {
      settings = patchRetention(settings, patch);
      return report();
    },
  };
}

async function noBackups(): Promise<never> {
  throw new Problem('not-found', 'There are no backups here.');
}
