import { type BuiltEngine, startBuiltEngine } from '../engine/built-engine.ts';
import { readPart, seedReadable } from '../engine/seed-readable.ts';
import type { LoadResult } from '../load/load.ts';
import { spawnLoad } from '../load/spawn-load.ts';
import { interleaved } from '../measure/rounds.ts';
import type { Line, Row } from '../measure/row.ts';
import { median } from '../measure/samples.ts';

const pageGoalMs = 50;
const textGoalMs = 200;
/** Windows that look, and how often each of them asks for its list and its counts, in times a second. */
const windows = 10;
const looksPerSecond = 2;

type Kind = { what: string; path: string; goalMs: number };

/** Pages as the window asks for them. */
function kinds(tag: typeof readPart): Kind[] {
  const page = (what: string, query: string, goalMs = pageGoalMs): Kind => ({ what, path: `/v1/jobs?limit=50${query}`, goalMs });
  return [
    { what: 'counts', path: '/v1/stats', goalMs: pageGoalMs },
    page('newest', ''),
    page('oldest', '&order=createdAt'),
    page('one state, many match', '&state=available'),
    page('one state, few match', '&state=cancelled'),
    page('one queue', '&queue=backlog'),
    page('a state of a queue', '&state=scheduled&queue=backlog'),
    page('a tag of every tenth', `&tag=${tag.common}`),
    page('a tag of one in 100,000', `&tag=${tag.rare}`),
    page('text in every job', '&q=customer', textGoalMs),
    page('text in one job of 100,000', `&q=${tag.rareText}`, textGoalMs),
    page('text in no job', '&q=nowhere-to-be-found', textGoalMs),
  ];
}

export const reads: Row = {
  name: 'reads',
  title: 'Pages of 50, counts and text search over the API, one at a time; and dispatch while ten windows look',
  async measure({ quick, large, log }): Promise<Line[]> {
    const lines: Line[] = [];
    for (const jobs of large ? [1_000_000, 10_000_000] : [quick ? 100_000 : 1_000_000]) {
      await using engine = await startBuiltEngine();
      log(`seeding ${jobs.toLocaleString('en')} jobs …`);
      await seedReadable(engine, jobs);
      const size = jobs.toLocaleString('en');
      for (const kind of kinds(readPart)) lines.push(await lineOf(engine, kind, size, quick));
      lines.push(await whileWindowsLook(engine, size, quick));
    }
    return lines;
  },
};

async function lineOf(engine: BuiltEngine, { what, path, goalMs }: Kind, size: string, quick: boolean): Promise<Line> {
  const results: LoadResult[] = [];
  for (let round = 0; round < (quick ? 1 : 3); round++) results.push(await look(engine, path, 1, null, quick ? 0.7 : 1.5));
  const rounds = results.map(({ p99Ms }) => p99Ms);
  const p50 = median(results.map(({ p50Ms }) => p50Ms)).toFixed(1);
  return {
    what: `${size}: ${what}, p99 (p50 ${p50} ms)`,
    ours: { unit: 'ms', rounds },
    goal: `< ${goalMs} ms`,
    met: median(rounds) < goalMs,
  };
}

/** Jobs from submission to end as fast as 32 connections get them, with and without the windows. */
async function whileWindowsLook(engine: BuiltEngine, size: string, quick: boolean): Promise<Line> {
  const seconds = quick ? 2 : 4;
  const work = () =>
    spawnLoad({
      ...{ socket: engine.socket, connections: 32, seconds, warmUpSeconds: 1, rate: null },
      request: { method: 'POST', path: '/v1/jobs', body: JSON.stringify({ task: 'empty', mode: 'async', waitMs: 5_000 }) },
    });
  const { alone, watched } = await interleaved<{ alone: LoadResult; watched: LoadResult }>(quick ? 2 : 5, {
    alone: work,
    watched: async () => {
      const rate = windows * looksPerSecond;
      const [result] = await Promise.all([
        work(),
        look(engine, '/v1/jobs?limit=50&queue=backlog', windows, rate, seconds),
        look(engine, '/v1/stats', windows, rate, seconds),
      ]);
      return result;
    },
  });
  const rates = (from: LoadResult[]) => ({ unit: '/s', rounds: from.map(({ perSecond }) => perSecond) });
  return {
    what: `${size}: jobs run while ${windows} windows look`,
    ours: rates(watched),
    beside: { name: 'without', samples: rates(alone) },
    goal: '≥ 0.9 ×',
    met: median(rates(watched).rounds) / median(rates(alone).rounds) >= 0.9,
  };
}

async function look(engine: BuiltEngine, path: string, connections: number, rate: number | null, seconds: number): Promise<LoadResult> {
  const request = { method: 'GET', path, body: null };
  const result = await spawnLoad({ ...{ socket: engine.socket, connections, seconds, warmUpSeconds: 0.5, rate }, request });
  const refused = result.answers - (result.statuses['200'] ?? 0);
  if (refused > 0) throw new Error(`${refused} of ${result.answers} requests for ${path} were refused: ${JSON.stringify(result.statuses)}`);
  return result;
}
