import type { Contender } from './contender.ts';

export type Work = 'process' | 'adds' | 'batches';

export type DriveOptions = { work: Work; seconds: number /** Not counted, in seconds. */; warmUpSeconds: number };

export type DriveResult = {
  perSecond: number;
  /** Processor time of this process with all its threads, a server's not included; in microseconds. */
  cpuPerJob: number;
};

/** Jobs that are submitted and not yet ended, or additions that are not yet acknowledged. */
export const inFlight = 1_024;
/** Jobs of one call in the work `batches`, and such calls at once. */
export const batchJobs = 1_000;
const batchesAtOnce = 4;

export async function drive(contender: Contender, options: DriveOptions): Promise<DriveResult> {
  if (options.work === 'process') return processJobs(contender, options);
  if (options.work === 'adds') return repeat(options, contender.addsOneByOne ? 1 : inFlight, 1, () => contender.add());
  const { addMany } = contender;
  if (!addMany) throw new Error('This contender adds no batches.');
  return repeat(options, batchesAtOnce, batchJobs, () => addMany(batchJobs));
}

/** Each job that ends is followed by another, so that as many are always under way. */
async function processJobs(contender: Contender, options: DriveOptions): Promise<DriveResult> {
  const meter = new Meter(options);
  let ended = 0;
  let over: () => void = () => {};
  const measured = new Promise<void>((resolve) => {
    over = resolve;
  });
  const { submit, stop } = await contender.work((count) => {
    meter.count(count);
    ended += count;
    if (meter.isOver()) over();
    else if (ended >= contender.refill) {
      const more = ended;
      ended = 0;
      submit(more);
    }
  });
  submit(inFlight);
  await measured;
  const result = meter.result();
  await stop();
  return result;
}

async function repeat(options: DriveOptions, atOnce: number, jobs: number, add: () => unknown): Promise<DriveResult> {
  const meter = new Meter(options);
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (!meter.isOver()) {
        await add();
        meter.count(jobs);
      }
    }),
  );
  return meter.result();
}

/** Reads the clock only: a queue that works synchronously lets no timer fire. */
class Meter {
  readonly #from: number;
  readonly #to: number;
  #counted = 0;
  #startedAt: number | null = null;
  #lastAt = 0;
  #cpu = process.cpuUsage();

  constructor({ seconds, warmUpSeconds }: DriveOptions) {
    this.#from = performance.now() + warmUpSeconds * 1_000;
    this.#to = this.#from + seconds * 1_000;
  }

  count(jobs: number): void {
    const now = performance.now();
    if (now < this.#from || this.isOver()) return;
    if (this.#startedAt === null) {
      // What came together with the first is not counted: part of it fell before.
      this.#startedAt = now;
      this.#cpu = process.cpuUsage();
    } else this.#counted += jobs;
    this.#lastAt = now;
  }

  isOver(): boolean {
    return this.#lastAt >= this.#to;
  }

  result(): DriveResult {
    const seconds = (this.#lastAt - (this.#startedAt ?? this.#lastAt)) / 1_000;
    const spent = process.cpuUsage(this.#cpu);
    return { perSecond: this.#counted / seconds, cpuPerJob: (spent.user + spent.system) / this.#counted };
  }
}
