/** Tasks, queues and the engine itself. */

import { invalid } from '../../contract/errors.ts';
import type { Health, Info } from '../../contract/resources.ts';
import type { QueryOutput } from '../../contract/routes.ts';
import { nameSchema } from '../../contract/submission.ts';
import type { Backend } from '../queue/backend.ts';
import { json } from './answer.ts';
import type { Handlers } from './handler.ts';
import { param } from './handler.ts';

type EngineRoute =
  | 'listTasks'
  | 'getTask'
  | 'listQueues'
  | 'getQueue'
  | 'makeQueue'
  | 'patchQueue'
  | 'getWorkers'
  | 'getStats'
  | 'getSeries'
  | 'getHealth'
  | 'getInfo'
  | 'makeWindowAddress';

export type EngineFacts = {
  health: () => Health;
  info: () => Info;
  /** @throws Problem wrong-state without TCP */
  windowAddress: () => string;
  now: () => number;
};

const defaultSeriesMs = 900_000;
const longestSeries = 5_000;

export function engineHandlers(backend: Backend, facts: EngineFacts): Pick<Handlers, EngineRoute> {
  return {
    listTasks: async () => json(200, { tasks: await backend.listTasks(), next: null }),
    getTask: async (call) => json(200, await backend.getTask(param(call, 'name'))),

    listQueues: async () => json(200, { queues: await backend.listQueues(), next: null }),
    getQueue: async (call) => json(200, await backend.getQueue(param(call, 'name'))),
    makeQueue: async (call) => json(200, await backend.makeQueue(newName(param(call, 'name')), call.body)),
    patchQueue: async (call) => json(200, await backend.patchQueue(param(call, 'name'), call.body)),

    getWorkers: async () => json(200, await backend.workers()),
    getStats: async () => json(200, await backend.stats()),
    getSeries: async ({ query }) => json(200, await backend.series(seriesRange(query, facts.now()))),

    getHealth: () => json(200, facts.health()),
    getInfo: () => json(200, facts.info()),
    makeWindowAddress: () => json(200, { address: facts.windowAddress() }),
  };
}

function newName(name: string): string {
  const outcome = nameSchema.safeParse(name);
  if (!outcome.success) throw invalid('name', outcome.error.issues.at(-1)?.message ?? 'is not valid');
  return outcome.data;
}

/** The last quarter of an hour unless asked otherwise. */
function seriesRange(query: QueryOutput<'getSeries'>, now: number): { from: number; to: number; stepMs: number | undefined } {
  const to = query.to === undefined ? now : Date.parse(query.to);
  const from = query.from === undefined ? to - defaultSeriesMs : Date.parse(query.from);
  if (from >= to) throw invalid('from', 'must be earlier than "to"');
  if (query.stepMs !== undefined && (to - from) / query.stepMs > longestSeries) {
    throw invalid(
      'stepMs',
      `must be at least ${Math.ceil((to - from) / longestSeries)} for this range: a series has at most ${longestSeries} points`,
    );
  }
  return { from, to, stepMs: query.stepMs };
}
