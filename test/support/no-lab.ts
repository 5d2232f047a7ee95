import { Problem } from '../../contract/errors.ts';
import type { LabBackend } from '../../engine/queue/backend.ts';

/** A lab without runs, for tests of what lies beside it. */
export function noLab(): LabBackend {
  const none = (id: string): never => {
    throw new Problem('not-found', `There is no run "${id}" of the lab.`);
  };
  return {
    presets: () => [],
    list: () => ({ runs: [], next: null }),
    get: none,
    start: async () => none('new'),
    stop: async (id) => none(id),
    rename: async (id) => none(id),
    delete: async (id) => none(id),
  };
}
