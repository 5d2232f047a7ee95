/**
 * Closed loop: each connection asks again as soon as it was answered, so the rate is what the engine can do.
 * Open loop: requests come at their time whether the engine keeps up or not; latency counts from the time a request *should* have
 * been sent, so a stall is felt by all who would have come during it (Gil Tene's "coordinated omission").
 */

import { quantile } from '../measure/samples.ts';
import { HttpConnection, requestBytes } from './http-connection.ts';

export type LoadRequest = { method: string; path: string; body: string | null; headers?: Record<string, string> };

export type LoadOptions = {
  socket: string;
  connections: number;
  request: LoadRequest;
  seconds: number;
  /** Not counted, in seconds. */
  warmUpSeconds: number;
  /** Requests a second; null: closed loop. */
  rate: number | null;
};

export type LoadResult = {
  answers: number;
  perSecond: number;
  /** By status; `failed` for connections that broke. */
  statuses: Record<string, number>;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Of the load generator itself, of one core: past 0.9 it is the generator that was measured. */
  generatorCpu: number;
};

export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { socket, connections, request, seconds, warmUpSeconds, rate } = options;
  const bytes = requestBytes(request.method, request.path, request.body, request.headers);
  const pool = await Promise.all(Array.from({ length: connections }, () => HttpConnection.open(socket)));
  const from = performance.now() + warmUpSeconds * 1_000;
  const to = from + seconds * 1_000;
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};

  async function ask(connection: HttpConnection, dueAt: number): Promise<void> {
    const status = await connection.ask(bytes).then(
      (reply) => String(reply.status),
      () => 'failed',
    );
    const now = performance.now();
    if (dueAt < from || dueAt >= to) return;
    statuses[status] = (statuses[status] ?? 0) + 1;
    latencies.push(now - dueAt);
  }

  let cpu = process.cpuUsage();
  const warm = setTimeout(() => {
    cpu = process.cpuUsage();
  }, warmUpSeconds * 1_000);
  await (rate === null ? closedLoop(pool, to, ask) : openLoop(pool, to, rate, ask));
  clearTimeout(warm);
  const spent = process.cpuUsage(cpu);
  for (const connection of pool) connection.close();
  const elapsed = (Math.max(performance.now(), to) - from) / 1_000;

  const sorted = Float64Array.from(latencies).sort();
  return {
    answers: sorted.length,
    perSecond: sorted.length / seconds,
    statuses,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    maxMs: quantile(sorted, 1),
    generatorCpu: (spent.user + spent.system) / 1e6 / elapsed,
  };
}

type Ask = (connection: HttpConnection, dueAt: number) => Promise<void>;

async function closedLoop(pool: HttpConnection[], to: number, ask: Ask): Promise<void> {
  await Promise.all(
    pool.map(async (connection) => {
      for (let now = performance.now(); now < to; now = performance.now()) await ask(connection, now);
    }),
  );
}

/** Of a timer, which may be late by about as much. */
const timerSlackMs = 1;
/** A pause that is worth a timer. At 500 requests a second and more there is none. */
const longPauseMs = 2;

/**
 * Evenly spaced. What finds no free connection waits for one, and its latency counts that. It turns round and round only where the
 * next request is near: a generator that does so all the time takes a core from what it measures, as nobody who calls would.
 */
async function openLoop(pool: HttpConnection[], to: number, rate: number, ask: Ask): Promise<void> {
  const free = [...pool];
  const overdue: number[] = [];
  let overdueHead = 0;
  const spacing = 1_000 / rate;
  let next = performance.now();
  await new Promise<void>((resolve) => {
    function send(connection: HttpConnection, dueAt: number): void {
      void ask(connection, dueAt).then(() => {
        const waiting = overdue[overdueHead];
        if (waiting !== undefined) {
          overdueHead += 1;
          send(connection, waiting);
          return;
        }
        free.push(connection);
        if (next >= to && free.length === pool.length) resolve();
      });
    }
    function tick(): void {
      const now = performance.now();
      for (; next <= now && next < to; next += spacing) {
        const connection = free.pop();
        if (connection) send(connection, next);
        else overdue.push(next);
      }
      const pause = next - performance.now();
      if (next < to && pause > longPauseMs) setTimeout(tick, pause - timerSlackMs);
      else if (next < to) setImmediate(tick);
      else if (free.length === pool.length) resolve();
    }
    tick();
  });
}
