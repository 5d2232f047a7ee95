import { dirname } from 'node:path';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../cli/command-line.ts';
import { widthOf } from '../../cli/text.ts';
import type { Board } from '../../cli/top/board.ts';
import { pointsKept, updateBoard } from '../../cli/top/board.ts';
import { renderBoard } from '../../cli/top/render.ts';
import type { JobSummary } from '../../contract/job.ts';
import type { SeriesPoint, StateCounts } from '../../contract/resources.ts';
import { jobStates } from '../../contract/states.ts';
import type { TestApi } from '../support/test-api.ts';
import { startTestApi } from '../support/test-api.ts';

const at = '2026-01-31T09:30:00.000Z';
const now = Date.parse(at) + 2000;
const counts = (each: number) => Object.fromEntries(jobStates.map((state) => [state, each])) as StateCounts;
const none = { waitP50Ms: null, waitP95Ms: null, waitP99Ms: null, runP50Ms: null, runP95Ms: null, runP99Ms: null };
const point = (completed: number): SeriesPoint => ({ at, submitted: completed, completed, failed: 0, dead: 0, ...none });

const job: JobSummary = {
  id: '01932f6e-0000-7000-8000-000000000000',
  task: 'a.task-with-a-rather-long-name',
  queue: 'default',
  mode: 'async',
  lane: 'cpu',
  state: 'executing',
  priority: 0,
  attempt: 1,
  maxAttempts: 5,
  error: null,
  progress: { percent: 40, message: '日本語 '.repeat(30) },
  tags: [],
  uniqueKey: null,
  workflowId: null,
  scheduleId: null,
  ...{ purpose: 'run', compensates: null, compensation: null },
  slotAt: null,
  createdAt: at,
  runAt: at,
  startedAt: at,
  finishedAt: null,
  timeoutMs: 60_000,
};
const dead: JobSummary = { ...job, state: 'dead', error: { name: 'Error', message: `one\ntwo \u001B[2J${'x'.repeat(300)}` } };

const lane = {
  name: 'cpu' as const,
  threads: [],
  minThreads: 0,
  maxThreads: 2,
  jobs: 2,
  places: 0,
  memoryLimitBytes: 536_870_912,
  recycled: 0,
  lastRecycled: null,
};
const full: Board = {
  counts: counts(1_234_567),
  lanes: [lane, { ...lane, name: 'io' }, { ...lane, name: 'interactive' }],
  points: Array.from({ length: pointsKept }, (_, n) => point(n)),
  running: Array.from({ length: 100 }, () => job),
  failures: Array.from({ length: 50 }, () => ({ at, job: dead })),
};
const empty: Board = { counts: counts(0), lanes: [], points: [], running: [], failures: [] };
const frame = (width: number, height: number) => ({
  width,
  height,
  now,
  home: '/home/someone/.local/share/switchyard',
  notice: null,
  paint: { forPeople: true, width, style: (_: unknown, text: string) => text },
});

describe('the board', () => {
  it.each([
    [80, 24],
    [120, 50],
    [40, 10],
    [20, 5],
  ])('fits a terminal of %d × %d exactly, whatever is on it', (width, height) => {
    for (const board of [full, empty]) {
      const lines = renderBoard(board, frame(width, height));
      expect(lines.length).toBe(height);
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
    }
  });

  it('in 80 × 24 shows states, throughput, lanes, what runs and what failed', () => {
    const text = renderBoard({ ...full, running: [job] }, frame(80, 24)).join('\n');
    for (const part of ['✕ Dead 1,234,567', 'done/s', 'cpu', 'Running', '40 %', 'Last failures', 'one two', 'q quits'])
      expect(text).toContain(part);
  });

  it('shares its lines so that neither running jobs nor failures crowd the other out', () => {
    const lines = renderBoard(full, frame(80, 24));
    expect(lines.filter((line) => line.includes('◐  ') || line.startsWith('◐ ')).length).toBeGreaterThan(1);
    expect(lines.filter((line) => line.startsWith('✕ ')).length).toBeGreaterThan(1);
  });

  it('takes counts and the last seconds from the stats, and keeps failures newest first', () => {
    let board = updateBoard(full, { type: 'stats', at, counts: counts(1), point: point(7) });
    expect(board.counts).toEqual(counts(1));
    expect(board.points).toHaveLength(pointsKept);
    expect(board.points.at(-1)).toEqual(point(7));
    board = updateBoard({ ...board, failures: [{ at, job: dead }] }, { type: 'job.retrying', at: 'later', job });
    expect(board.failures.map((failure) => failure.at)).toEqual(['later', at]);
    expect(updateBoard(board, { type: 'job.completed', at, job })).toBe(board);
  });
});

describe('in a terminal', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await startTestApi();
  });
  afterEach(() => api.close());

  it('draws on the other screen, follows the events, and puts the terminal back at q', async () => {
    const rawModes: boolean[] = [];
    const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (raw: boolean) => rawModes.push(raw) });
    const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
    let shown = '';
    const drawn = (text: string) =>
      new Promise<void>((seen) => {
        const look = () => {
          if (!stripVTControlCharacters(shown).includes(text)) return;
          stdout.off('data', look);
          seen();
        };
        stdout.on('data', look);
        look();
      });
    stdout.setEncoding('utf8').on('data', (part: string) => {
      shown += part;
    });
    const ended = runCommandLine(['top'], {
      env: { SWITCHYARD_HOME: dirname(api.socket) },
      platform: process.platform,
      userFolder: '/',
      folder: '/',
      stdin,
      stdout,
      stderr: new PassThrough(),
      now: Date.now,
      patienceMs: 0,
      onInterrupt: () => () => {},
    });
    await drawn('Completed 0');
    while (api.backend.subscribers() === 0) await api.backend.nextChange();
    api.backend.emit({ type: 'stats', at, counts: { ...counts(0), completed: 4321 }, point: point(5) });
    await drawn('Completed 4,321');
    stdin.write('q');
    expect(await ended).toBe(0);
    expect(rawModes).toEqual([true, false]);
    expect(shown.startsWith('\u001B[?1049h')).toBe(true);
    expect(shown.endsWith('\u001B[?25h\u001B[?1049l')).toBe(true);
    expect(api.backend.subscribers()).toBe(0);
  });
});
