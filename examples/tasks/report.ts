/**
 * A report that takes seconds. Async: it takes longer than anyone keeps a connection open. A job id at once, progress on the way,
 * the result when it is there. Now and then it lets go of the thread, so that a cancelled job ends at once.
 */

type Payload = {
  customers: number;
  monthlyCents: number;
  churnPercent: number;
  growthPercent: number;
  trials: number;
};
type Task = { signal: AbortSignal; log(text: string): void; progress(percent: number, message?: string): void };

const months = 12;
const trialsPerTurn = 50;

/** mulberry32 (Tommy Ettinger, public domain): the same seed gives the same report at every attempt. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One year: each month each customer may leave, and each may bring another. */
function yearOf({ customers, monthlyCents, churnPercent, growthPercent }: Payload, random: () => number): number {
  const leaves = churnPercent / 100;
  const brings = leaves + growthPercent / 100;
  let paying = customers;
  let cents = 0;
  for (let month = 0; month < months; month += 1) {
    let change = 0;
    for (let customer = 0; customer < paying; customer += 1) {
      const fate = random();
      if (fate < leaves) change -= 1;
      else if (fate < brings) change += 1;
    }
    paying += change;
    cents += paying * monthlyCents;
  }
  return cents;
}

export default {
  title: 'Report',
  description:
    'Forecasts a year of revenue from thousands of simulated ones, with progress. Async: it takes longer than a connection lasts.',
  lane: 'cpu',
  input: {
    type: 'object',
    properties: {
      customers: { type: 'integer', title: 'Customers', minimum: 1, maximum: 100_000 },
      monthlyCents: { type: 'integer', title: 'Cents a month', minimum: 1, maximum: 1_000_000 },
      churnPercent: { type: 'number', title: 'Leave', description: 'percent a month', minimum: 0, maximum: 50 },
      growthPercent: { type: 'number', title: 'Join', description: 'percent a month', minimum: 0, maximum: 50 },
      trials: { type: 'integer', title: 'Simulated years', minimum: 100, maximum: 1_000_000 },
    },
    required: ['customers', 'monthlyCents', 'churnPercent', 'growthPercent', 'trials'],
    additionalProperties: false,
  },
  result: {
    type: 'object',
    properties: { trials: { type: 'integer' }, p5Cents: { type: 'integer' }, p50Cents: { type: 'integer' }, p95Cents: { type: 'integer' } },
    required: ['trials', 'p5Cents', 'p50Cents', 'p95Cents'],
  },
  timeoutMs: 3_600_000,
  declares: { needsResult: true, consistency: 'eventual', idempotent: true },
  examples: [{ customers: 1_000, monthlyCents: 2_900, churnPercent: 3, growthPercent: 5, trials: 20_000 }],

  async run(payload: Payload, task: Task) {
    const random = seededRandom(payload.trials);
    const years = new Float64Array(payload.trials);
    for (let trial = 0; trial < payload.trials; trial += 1) {
      if (trial % trialsPerTurn === 0) {
        task.progress(
          (trial / payload.trials) * 100,
          `${trial.toLocaleString('en-US')} of ${payload.trials.toLocaleString('en-US')} years`,
        );
        await new Promise(setImmediate);
        task.signal.throwIfAborted();
      }
      years[trial] = yearOf(payload, random);
    }
    years.sort();
    const quantile = (share: number) => years[Math.min(years.length - 1, Math.floor(share * years.length))] ?? 0;
    task.log(`The year in the middle brings ${(quantile(0.5) / 100).toLocaleString('en-US')}`);
    return { trials: payload.trials, p5Cents: quantile(0.05), p50Cents: quantile(0.5), p95Cents: quantile(0.95) };
  },
};
