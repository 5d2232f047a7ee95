import type { Task } from '../../contract/resources.ts';
import { advise } from './advise.ts';
import { type CatalogEntry, defaultsOf } from './catalog.ts';
import type { Measurements } from './measure.ts';

/** A task as people see it: what it says of itself and what was measured of it. */
export function taskOf(entry: CatalogEntry, measurements: Measurements, interactivePlaces: number): Task {
  const { name, source, description, error } = entry;
  const stats = measurements.statsOf(name);
  const usage = measurements.usage.of(name);
  const defaults = defaultsOf(entry);
  return {
    name,
    title: description.title || name,
    description: description.description,
    source,
    lane: description.lane,
    input: description.input,
    result: description.result,
    defaults,
    declares: description.declares,
    concurrency: description.concurrency,
    concurrencyPerKey: description.concurrencyPerKey,
    circuit: description.circuit,
    predicts: description.hasPredict,
    rollsBack: description.hasRollback,
    examples: description.examples,
    stats,
    usage,
    runTimes: measurements.runTimesOf(name),
    advice: advise({
      ...{ task: name, stats, usage, interactivePlaces },
      pace: measurements.paceOf(name),
      lane: description.lane,
      declares: description.declares,
      maxAttempts: defaults.retry.maxAttempts,
      hasPredict: description.hasPredict,
      hasRollback: description.hasRollback,
    }),
    error: error?.message ?? null,
  };
}
