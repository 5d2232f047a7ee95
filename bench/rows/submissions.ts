import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type BuiltEngine, startBuiltEngine } from '../engine/built-engine.ts';
import type { LoadResult } from '../load/load.ts';
import { spawnLoad } from '../load/spawn-load.ts';
import { interleaved } from '../measure/rounds.ts';
import type { Line, Row } from '../measure/row.ts';
import { median } from '../measure/samples.ts';

export const connections = 32;

/** `POST /v1/jobs` beside a bare echo with an answer of the same size. */
export const submissions: Row = {
  name: 'submissions',
  title: 'POST /v1/jobs over the Unix socket, 32 connections, each job acknowledged once it is synced',
  async measure({ quick }): Promise<Line[]> {
    await using engine = await startBuiltEngine();
    const size = JSON.stringify((await engine.ask('POST', '/v1/jobs', { task: 'empty', mode: 'async' })).body).length;
    const echoSocket = join(engine.home, 'echo.sock');
    const echo = spawn(process.execPath, [join(import.meta.dirname, '../load/echo-server.ts'), echoSocket], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(echo.stdout, 'data');
      const results = await interleaved<{ ours: LoadResult; echo: LoadResult }>(quick ? 1 : 3, {
        ours: () => submitAsFastAsItGoes(engine, quick),
        echo: () =>
          spawnLoad({
            ...{ socket: echoSocket, connections, seconds: quick ? 2 : 4, warmUpSeconds: 1, rate: null },
            request: { method: 'POST', path: '/v1/jobs', body: JSON.stringify({ size }) },
          }),
      });
      const ours = { unit: '/s', rounds: results.ours.map(({ perSecond }) => perSecond) };
      const bare = { unit: '/s', rounds: results.echo.map(({ perSecond }) => perSecond) };
      const ratio = median(ours.rounds) / median(bare.rounds);
      return [
        {
          what: 'async submissions',
          ours,
          beside: { name: 'a bare node:http echo', samples: bare },
          goal: '≥ 22,000/s and ≥ 0.7 × echo',
          met: median(ours.rounds) >= 22_000 && ratio >= 0.7,
        },
        {
          what: 'async submissions, p99',
          ours: { unit: 'ms', rounds: results.ours.map(({ p99Ms }) => p99Ms) },
          goal: '',
          met: null,
        },
      ];
    } finally {
      echo.kill();
    }
  },
};

export function submitAsFastAsItGoes(engine: BuiltEngine, quick: boolean): Promise<LoadResult> {
  return spawnLoad({
    ...{ socket: engine.socket, connections, seconds: quick ? 2 : 4, warmUpSeconds: 1, rate: null },
    request: { method: 'POST', path: '/v1/jobs', body: JSON.stringify({ task: 'empty', mode: 'async' }) },
  });
}
