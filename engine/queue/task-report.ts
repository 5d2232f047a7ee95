import type { Task } from '../../contract/resources.ts';
import { type CatalogEntry, defaultsOf } from './catalog.ts';
import { decide } from './decide.ts';
import type { Measurements } from './measure.ts';

/** A task as people see it: what it says of itself and what was measured of it. */
export function taskOf(entry: CatalogEntry, measurements: Measurements): Task {
  const { name, source, description, error } = entry;
  const stats = measurements.statsOf(name);
  const { mode, reason } = decide({ stats, callerWaitMs: undefined, delayed: false, startsAtOnce: true, queueState: 'open' });
  return {
    name,
    title: description.title || name,
    description: description.description,
    source,
    lane: description.lane,
    input: description.input,
    result: description.result,
    defaults: defaultsOf(entry),
    declares: description.declares,
    concurrency: description.concurrency,
    concurrencyPerKey: description.concurrencyPerKey,
    circuit: description.circuit,
    predicts: description.hasPredict,
    rollsBack: description.hasRollback,
    examples: description.examples,
    stats,
    advice: { mode: mode === 'hybrid' ? 'async' : mode, reasons: [reason] },
    error: error?.message ?? null,
  };
}
