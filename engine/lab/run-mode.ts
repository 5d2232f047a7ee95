/** One mode of a run: an engine, the requests, and what became of them. */

import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Mode } from '../../contract/job.ts';
import { type LabModeResult, labLimits } from '../../contract/lab-run.ts';
import { placesOf } from '../../lab/fleet.ts';
import { ModeTally } from '../../lab/mode-tally.ts';
import type { Overhead } from '../../lab/overhead.ts';
import { predictionFor } from '../../lab/run-prediction.ts';
import { distributionOf } from '../../lab/service-time.ts';
import { extentOf, requestsOf } from '../../lab/workload.ts';
import { calibrate } from './calibrate.ts';
import { follow } from './follow.ts';
import { type LabEngine, startLabEngine } from './lab-engine.ts';
import type { LabRequest } from './messages.ts';
import { now, sendAll } from './send.ts';
import { standInTask, warmUpTask, writeTasks } from './stand-in.ts';

/** Between two looks at the engine. */
const sampleMs = 1_000;
/** From the start's order to the first request, so that the first is not late. */
const leadMs = 50;
/** After the last request, its jobs have as long again as the requests took, and at least this, to end. */
const leastDrainMs = 60_000;
/** Runs of each lane before the first request: threads take their time to start, and a server's have started. */
const warmUps = 4;

export type ModeOrder = {
  mode: Mode;
  request: LabRequest;
  /** Of this mode alone. */
  home: string;
  tasksFolder: string;
  signal: AbortSignal;
  /** Samples of the result are those since the last call. */
  progress: (result: LabModeResult) => void;
};

/** @throws Error when the engine does not start or ends by itself. What was started is ended in every case. */
export async function runMode(order: ModeOrder): Promise<LabModeResult> {
  const { mode, request, home, tasksFolder, signal, progress } = order;
  const { workload, concurrency } = request;
  const extent = extentOf(workload, labLimits.requests);
  const tally = new ModeTally({ mode, ...extent });
  const engine = await startLabEngine(home, signal, (made) => writeTasks(made, request, tasksFolder));
  let ended = false;
  try {
    if (concurrency !== null) await engine.client.call('patchQueue', { params: { name: 'default' }, body: { concurrency } });
    if (workload.work.kind === 'model') await warmUp(engine);
    const places = placesFor(mode, request);
    const overhead = await overheadFor(engine, order, places);
    await follow(engine, tally);
    const beginsAt = now() + leadMs;
    tally.begin(beginsAt, places);
    const stopSampling = sampleEverySecond(engine, tally, beginsAt, progress);
    try {
      await Promise.race([measure(order, engine, tally, beginsAt, extent.windowMs), engine.died]);
    } finally {
      await stopSampling();
    }
    ended = true;
    const result = tally.result(signal.aborted ? 'stopped' : 'completed', null);
    if (signal.aborted || places === null) return result;
    const prediction = predictionFor(
      { mode, workload, places, windowMs: extent.windowMs, cores: cpus().length, overhead, service: tally.measuredService() },
      result,
    );
    return { ...result, prediction };
  } finally {
    // A stand-in leaves nothing behind, so it need not be waited for; a user's task may have started other programs.
    if (workload.work.kind === 'model' || (ended && tally.open === 0)) await engine.kill();
    else await engine.stop();
  }
}

async function measure(
  { mode, request, signal }: ModeOrder,
  { socket }: LabEngine,
  tally: ModeTally,
  beginsAt: number,
  windowMs: number,
): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await sendAll({ socket, requests: requestsOf(request.workload), mode, request, beginsAt, tally, signal });
  const bound = new AbortController();
  await Promise.race([
    tally.settled(),
    stopped,
    delay(Math.max(leastDrainMs, windowMs), undefined, { signal: bound.signal }).catch(() => {}),
  ]);
  bound.abort();
}

async function warmUp({ client }: LabEngine): Promise<void> {
  const payload = { serviceMs: 1, failingAttempts: 0 };
  const run = (mode: 'sync' | 'async') =>
    client.call('submitJob', { body: { task: warmUpTask, payload, mode, ...(mode === 'async' && { waitMs: 10_000 }) } });
  await Promise.all([
    client.call('getTask', { params: { name: standInTask } }),
    ...Array.from({ length: warmUps }, (_, at) => run(at % 2 === 0 ? 'sync' : 'async')),
  ]);
}

/** Only where jobs wait for each other; sync ones are refused. */
async function overheadFor(engine: LabEngine, { mode, request }: ModeOrder, places: number | null): Promise<Overhead | null> {
  const { work } = request.workload;
  if (places === null || mode === 'sync' || work.kind !== 'model') return null;
  return calibrate(engine, places, distributionOf(work.service).meanMs);
}

/** Null where jobs run in several lanes, or in one that is not known from here. */
function placesFor(mode: Mode, { workload: { work }, concurrency }: LabRequest): number | null {
  if (mode === 'auto' || work.kind !== 'model') return null;
  const cores = cpus().length;
  if (mode === 'sync') return placesOf(cores, { lane: 'interactive', run: work.lane === 'io' ? 'waiting' : 'alone' });
  const ofLane = placesOf(cores, work.lane === 'io' ? { lane: 'io' } : { lane: 'cpu' });
  return Math.min(ofLane, concurrency ?? ofLane);
}

function sampleEverySecond(
  engine: LabEngine,
  tally: ModeTally,
  beginsAt: number,
  progress: (result: LabModeResult) => void,
): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  let isLooking = false;
  async function look(): Promise<void> {
    isLooking = true;
    try {
      const [{ lanes }, { counts }, memoryBytes] = await Promise.all([
        engine.client.call('getWorkers', {}),
        engine.client.call('getStats', {}),
        engine.memoryBytes(),
      ]);
      const sample = {
        ...{ atMs: Math.max(0, now() - beginsAt), memoryBytes, waiting: counts.available, sent: tally.sent, ended: tally.ended },
        threads: lanes.reduce((sum, { threads }) => sum + threads.length, 0),
        running: lanes.reduce((sum, { jobs }) => sum + jobs, 0),
      };
      tally.sample(sample);
      progress({ ...tally.result('running', now()), samples: [sample] });
    } catch {
      // The engine has ended: whoever waits for it is told.
    } finally {
      isLooking = false;
    }
  }
  const timer = setInterval(() => {
    if (!isLooking) last = look();
  }, sampleMs);
  return async () => {
    clearInterval(timer);
    await last;
    await look();
  };
}
