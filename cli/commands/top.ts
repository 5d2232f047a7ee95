import { setTimeout as delay } from 'node:timers/promises';
import type { Command, CommandContext } from '../command.ts';
import type { Connection } from '../connection.ts';
import { exitCodes } from '../exit-codes.ts';
import { EngineUnreachable } from '../failures.ts';
import type { Board } from '../top/board.ts';
import { pointsKept, updateBoard } from '../top/board.ts';
import { renderBoard } from '../top/render.ts';
import { openScreen } from '../top/screen.ts';
import { isAway } from '../waiting.ts';

/** As many running jobs as a tall terminal has lines. */
const runningShown = 100;
/** At most four pictures a second. */
const frameMs = 250;

export const top: Command = {
  name: 'top',
  group: 'Engine',
  summary: 'Watch it live: counts, throughput, lanes, what runs, what failed',
  usage: '',
  details: ['q quits. Where standard output is no terminal, and with --json, one snapshot is printed.'],
  words: { least: 0, most: 0 },
  options: {},
  examples: [{ command: 'switchyard top', about: 'in a terminal of 80 × 24 or more' }],
  async run(_, context) {
    const connection = await context.connect();
    const board = await readBoard(connection, context.io.now());
    if (context.json) await context.print(JSON.stringify(board));
    else if (!context.paint.forPeople || !context.io.stdin.isTTY) await printOnce(board, context);
    else await watch(board, connection, context);
    return exitCodes.done;
  },
};

async function readBoard({ client }: Connection, now: number): Promise<Board> {
  const range = { from: new Date(now - pointsKept * 1000).toISOString(), to: new Date(now).toISOString() };
  const [stats, workers, series, running, dead] = await Promise.all([
    client.call('getStats', {}),
    client.call('getWorkers', {}),
    client.call('getSeries', { query: { ...range, stepMs: 1000 } }),
    client.call('listJobs', { query: { state: ['executing'], limit: runningShown } }),
    client.call('listDeadLetters', { query: { limit: 10 } }),
  ]);
  const failures = dead.jobs.map((job) => ({ at: job.finishedAt ?? job.createdAt, job })).sort((a, b) => b.at.localeCompare(a.at));
  return { counts: stats.counts, lanes: workers.lanes, points: series.points.slice(-pointsKept), running: running.jobs, failures };
}

async function printOnce(board: Board, { io, paint, home, print }: CommandContext): Promise<void> {
  const width = paint.width ?? 120;
  const height = 15 + board.running.length + board.failures.length;
  const lines = renderBoard(board, { width, height, now: io.now(), paint, home, notice: null });
  await print(lines.slice(0, -1).join('\n').trimEnd());
}

async function watch(first: Board, connection: Connection, context: CommandContext): Promise<void> {
  const { io, paint, home } = context;
  const stopping = new AbortController();
  const { signal } = stopping;
  let board = first;
  let notice: string | null = null;
  let changed = true;
  const touch = () => {
    changed = true;
  };
  const restore = io.onInterrupt(() => stopping.abort());
  const screen = openScreen(io, { quit: () => stopping.abort(), resize: touch });
  const draw = () => {
    if (!changed) return;
    changed = false;
    const { width, height } = screen.size();
    screen.draw(renderBoard(board, { width, height, now: io.now(), paint, home, notice }));
  };
  draw();
  const drawing = setInterval(draw, frameMs);
  try {
    await follow(connection, signal, {
      update: (next) => {
        board = next(board);
        notice = null;
        touch();
      },
      lost: (why) => {
        notice = why;
        touch();
      },
      now: io.now,
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    clearInterval(drawing);
    screen.close();
    restore();
  }
}

type Follower = { update(next: (board: Board) => Board): void; lost(why: string): void; now(): number };

/** Until the signal aborts: an engine that goes away is waited for, as the screen is meant to be left open. */
async function follow(connection: Connection, signal: AbortSignal, follower: Follower): Promise<void> {
  const { client } = connection;
  for (let again = false; ; again = true) {
    try {
      if (again) {
        const fresh = await readBoard(connection, follower.now());
        follower.update(() => fresh);
      }
      // Of jobs only failures: every start and end of a busy engine would be thousands a second, to show a screenful.
      const query = { kind: ['stats', 'workers', 'job'], state: ['retryable', 'dead'] } satisfies Parameters<typeof client.events>[0];
      for await (const { event } of client.events(query, null, signal)) {
        if (event.type === 'reset') break;
        follower.update((board) => updateBoard(board, event));
        if (event.type !== 'stats') continue;
        const running =
          event.counts.executing === 0
            ? []
            : (await client.call('listJobs', { query: { state: ['executing'], limit: runningShown }, signal })).jobs;
        follower.update((board) => ({ ...board, running }));
      }
      signal.throwIfAborted();
    } catch (error) {
      signal.throwIfAborted();
      if (!isAway(error) && !(error instanceof EngineUnreachable)) throw error;
      follower.lost('the engine is away; waiting for it');
    }
    await delay(1000, undefined, { signal });
  }
}
