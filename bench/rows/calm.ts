import { setTimeout as pause } from 'node:timers/promises';
import { startBuiltEngine, usageOf } from '../engine/built-engine.ts';
import { spawnLoad } from '../load/spawn-load.ts';
import type { Line, Row } from '../measure/row.ts';
import { median } from '../measure/samples.ts';

const mebibyte = 2 ** 20;

/** What the queue costs who hardly uses it. */
export const calm: Row = {
  name: 'calm',
  title: 'An idle engine, and 200 jobs a second from submission to end',
  async measure({ quick }): Promise<Line[]> {
    await using engine = await startBuiltEngine();
    const seconds = quick ? 5 : 20;
    const idle = await idleFor(engine.pid, seconds);
    const low = [];
    for (let round = 0; round < (quick ? 2 : 5); round++) {
      low.push(
        await spawnLoad({
          ...{ socket: engine.socket, connections: 16, seconds: quick ? 3 : 6, warmUpSeconds: 1, rate: 200 },
          request: { method: 'POST', path: '/v1/jobs', body: JSON.stringify({ task: 'empty', mode: 'async', waitMs: 5_000 }) },
        }),
      );
    }
    const p50 = low.map(({ p50Ms }) => p50Ms);
    const p99 = low.map(({ p99Ms }) => p99Ms);
    return [
      ...idle,
      { what: '200 jobs/s, submission to end, p50', ours: { unit: 'ms', rounds: p50 }, goal: '≤ 1 ms', met: median(p50) <= 1 },
      { what: '200 jobs/s, submission to end, p99', ours: { unit: 'ms', rounds: p99 }, goal: '≤ 5 ms', met: median(p99) <= 5 },
    ];
  },
};

async function idleFor(pid: number, seconds: number): Promise<Line[]> {
  // What the start itself set off is over.
  await pause(3_000);
  const before = usageOf(pid);
  await pause(seconds * 1_000);
  const after = usageOf(pid);
  if (!before || !after) return [];
  const cpu = ((after.cpuSeconds - before.cpuSeconds) / seconds) * 100;
  const written = after.writtenBytes - before.writtenBytes;
  const resident = after.residentBytes / mebibyte;
  return [
    { what: 'idle, resident', ours: { unit: 'MiB', rounds: [resident] }, goal: '< 90 MB', met: after.residentBytes < 90e6 },
    { what: 'idle, of a core', ours: { unit: '%', rounds: [cpu] }, goal: '< 0.5 %', met: cpu < 0.5 },
    { what: 'idle, written to disk', ours: { unit: 'bytes', rounds: [written] }, goal: 'none', met: written === 0 },
  ];
}
