/** The lab as the user's engine has it: it keeps the runs, and starts and ends the process of the one that goes on. */

import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { invalid, Problem } from '../../contract/errors.ts';
import type { EngineEvent } from '../../contract/events.ts';
import type { Mode } from '../../contract/job.ts';
import {
  type LabModeResult,
  type LabRun,
  type LabRunPatch,
  type LabRunRequest,
  type LabRunState,
  type LabRunSummary,
  labLimits,
} from '../../contract/lab-run.ts';
import { emptyResult } from '../../lab/mode-tally.ts';
import { presets } from '../../lab/presets.ts';
import { extentOf } from '../../lab/workload.ts';
import type { LabBackend } from '../queue/backend.ts';
import { cursorNumber } from '../queue/cursor.ts';
import { timeOrderedId } from '../queue/time-ordered-id.ts';
import type { LabRunRow } from '../store/lab-runs.ts';
import type { Store } from '../store/store.ts';
import type { FromRunner, LabRequest, ToRunner } from './messages.ts';
import { plainNode } from './plain-node.ts';

const program = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './runner.ts' : './lab-runner.js', import.meta.url));
const homePrefix = 'switchyard-lab-';
/** What a run's process may take to end itself and its engine; then it is killed, and its engine ends with it. */
const longestStopMs = 17_000;

export type LabRunsOptions = {
  store: Pick<Store, 'commit' | 'labRuns'>;
  /** The user's own tasks. */
  tasksFolder: string;
  hasTask: (name: string) => Promise<boolean>;
  announce: (event: EngineEvent) => void;
  now: () => number;
  log: (line: string) => void;
};

/** As it is kept: the request with all that it was filled up with. */
type Kept = LabRequest & { preset: string | null };

/** The run that goes on. */
type Going = {
  id: string;
  results: LabModeResult[];
  current: Mode | null;
  child: ChildProcess;
  /** Null until it says how it ended. */
  end: { state: Exclude<LabRunState, 'running'>; reason: string | null } | null;
  ended: Promise<void>;
};

export class LabRuns implements LabBackend {
  readonly #options: LabRunsOptions;
  #going: Going | null = null;
  /** Between the wish for a run and its start. */
  #starting = false;
  #closed = false;

  constructor(options: LabRunsOptions) {
    this.#options = options;
  }

  /** A run that went on when the last engine died has failed: its process ended with that engine. */
  async open(): Promise<void> {
    const { store, now } = this.#options;
    const left = store.labRuns.runningRun();
    if (left === null) return;
    removeHome(left.home);
    const reason = 'The engine went down while it went on.';
    const results = resultsOf(left).map((result) => (result.state === 'running' ? { ...result, state: 'failed' as const } : result));
    await store.commit.write('must', () => store.labRuns.endRun(left.id, 'failed', reason, JSON.stringify(results), now()));
  }

  presets() {
    return [...presets];
  }

  list({ limit, cursor }: { limit: number; cursor: string | undefined }) {
    const rows = this.#options.store.labRuns.runsBefore(cursorNumber(cursor, Number.MAX_SAFE_INTEGER), limit + 1);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return { runs: page.map((row) => this.#summaryOf(row)), next: rows.length > limit && last ? String(last.number) : null };
  }

  get(id: string): LabRun {
    return this.#runOf(this.#find(id));
  }

  async start(request: LabRunRequest): Promise<LabRun> {
    if (this.#starting || this.#going) throw onlyOne(this.#going?.id);
    this.#starting = true;
    try {
      const run = this.get(await this.#startNow(request));
      this.#options.announce({ type: 'lab.started', at: run.createdAt, run: withoutResults(run) });
      return run;
    } finally {
      this.#starting = false;
    }
  }

  async stop(id: string): Promise<LabRun> {
    this.#find(id);
    if (this.#going?.id !== id) throw new Problem('wrong-state', 'This run of the lab has ended.');
    await this.#stopGoing();
    return this.get(id);
  }

  async rename(id: string, { name }: LabRunPatch): Promise<LabRun> {
    const { store, announce, now } = this.#options;
    this.#find(id);
    await store.commit.write('may', () => store.labRuns.renameRun(id, name));
    const run = this.get(id);
    announce({ type: 'lab.changed', at: timeOf(now()), run: withoutResults(run) });
    return run;
  }

  async delete(id: string): Promise<void> {
    const { store, announce, now } = this.#options;
    const run = this.get(id);
    if (run.state === 'running') throw new Problem('wrong-state', 'This run of the lab goes on. Stop it first.');
    await store.commit.write('may', () => store.labRuns.deleteRun(id));
    announce({ type: 'lab.deleted', at: timeOf(now()), run: withoutResults(run) });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#stopGoing();
  }

  async #startNow(request: LabRunRequest): Promise<string> {
    const { store, hasTask, now } = this.#options;
    const { name, planned, ...kept } = await this.#filledUp(request, hasTask);
    const at = now();
    const id = timeOrderedId(at);
    const home = mkdtempSync(join(tmpdir(), homePrefix));
    const results = kept.modes.map((mode) => emptyResult(mode, planned));
    const row = { id, name, request: JSON.stringify(kept), results: JSON.stringify(results), home, created_at: at };
    try {
      await store.commit.write('may', () => {
        store.labRuns.insertRun(row);
        store.labRuns.forgetOld(labLimits.runsKept);
      });
    } catch (error) {
      removeHome(home);
      throw error;
    }
    this.#begin(id, kept, home, results);
    return id;
  }

  async #filledUp(request: LabRunRequest, hasTask: LabRunsOptions['hasTask']): Promise<Kept & { name: string; planned: number }> {
    if (this.#closed) throw new Problem('shutting-down', 'The engine is stopping and begins no run of the lab.', { retryAfterMs: 5_000 });
    const preset = presets.find(({ name }) => name === request.preset);
    if (request.preset !== undefined && !preset)
      throw invalid('/preset', `must be one of ${presets.map(({ name }) => `"${name}"`).join(', ')}`);
    const workload = request.workload ?? preset?.workload;
    if (!workload) throw invalid('/workload', 'give either a preset or a workload');
    const { work, arrivalsPerSecond } = workload;
    if (arrivalsPerSecond > labLimits.arrivalsPerSecond)
      throw invalid('/workload/arrivalsPerSecond', `must not be more than ${labLimits.arrivalsPerSecond}: one process sends them`);
    const { planned, windowMs } = extentOf(workload, labLimits.requests);
    if (planned === 0) throw invalid('/workload', 'must hold at least one request; give it more time');
    if (planned > labLimits.requests) throw invalid('/workload', `must not hold more than ${labLimits.requests} requests`);
    if (windowMs > labLimits.durationMs) throw invalid('/workload', `must not take longer than ${labLimits.durationMs} ms`);
    if (work.kind === 'task' && !(await hasTask(work.task))) throw new Problem('unknown-task', `There is no task "${work.task}".`);
    return {
      planned,
      name: request.name ?? preset?.title ?? (work.kind === 'task' ? work.task : `${work.service.kind} on ${work.lane}`),
      ...{ preset: preset?.name ?? null, workload, modes: request.modes, concurrency: request.concurrency },
      waitMs: request.waitMs === undefined ? (preset?.waitMs ?? null) : request.waitMs,
      declares: request.declares ?? preset?.declares ?? {},
    };
  }

  #begin(id: string, request: LabRequest, home: string, results: LabModeResult[]): void {
    const { tasksFolder } = this.#options;
    const child = fork(program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env: plainNode() });
    const ended = new Promise<void>((resolve) => {
      const done = (reason: string) => void this.#processEnded(id, home, reason).finally(resolve);
      child.once('error', (error) => done(error.message));
      child.once('exit', (code, signal) => done(`The process of the run ended (${code ?? signal}).`));
    });
    this.#going = { id, results, current: null, child, end: null, ended };
    child.on('message', (message: FromRunner) => this.#hear(id, message));
    child.send({ kind: 'run', request, home, tasksFolder } satisfies ToRunner, () => {});
  }

  #hear(id: string, message: FromRunner): void {
    const going = this.#going;
    if (going?.id !== id) return;
    const { store, announce, now } = this.#options;
    switch (message.kind) {
      case 'progress': {
        const { result } = message;
        const before = going.results.find(({ mode }) => mode === result.mode)?.samples ?? [];
        going.current = result.mode;
        replace(going.results, { ...result, samples: [...before, ...result.samples].slice(-labLimits.samples) });
        announce({ type: 'lab.progress', at: timeOf(now()), run: this.#summaryOf(this.#find(id)), result });
        return;
      }
      case 'mode-ended':
        replace(going.results, message.result);
        // A full disk only means that an engine that dies now knows less of it.
        store.commit.write('may', () => store.labRuns.setResults(id, JSON.stringify(going.results))).catch(() => {});
        announce({
          type: 'lab.progress',
          at: timeOf(now()),
          run: this.#summaryOf(this.#find(id)),
          result: { ...message.result, samples: [] },
        });
        return;
      case 'ended':
        going.end = message.stopped
          ? { state: 'stopped', reason: this.#closed ? 'The engine was stopped.' : null }
          : { state: 'completed', reason: null };
        return;
      case 'failed':
        going.end = { state: 'failed', reason: message.reason };
        return;
    }
  }

  async #processEnded(id: string, home: string, reason: string): Promise<void> {
    const going = this.#going;
    if (going?.id !== id) return;
    const { store, announce, now, log } = this.#options;
    removeHome(home);
    const end = going.end ?? { state: 'failed' as const, reason };
    if (end.state === 'failed') log(`A run of the lab failed: ${end.reason}`);
    const results = going.results.map((result) => (result.state === 'running' ? { ...result, state: end.state } : result));
    const at = now();
    await store.commit.write('must', () => store.labRuns.endRun(id, end.state, end.reason, JSON.stringify(results), at));
    this.#going = null;
    announce({ type: 'lab.ended', at: timeOf(at), run: withoutResults(this.get(id)) });
  }

  async #stopGoing(): Promise<void> {
    const going = this.#going;
    if (!going) return;
    const { child, ended } = going;
    child.send({ kind: 'stop' } satisfies ToRunner, () => {});
    const late = setTimeout(() => child.kill('SIGKILL'), longestStopMs);
    await ended;
    clearTimeout(late);
  }

  /** @throws Problem not-found */
  #find(id: string): LabRunRow {
    const row = this.#options.store.labRuns.findRun(id);
    if (!row) throw new Problem('not-found', `There is no run "${id}" of the lab.`);
    return row;
  }

  #runOf(row: LabRunRow): LabRun {
    return { ...this.#summaryOf(row), results: this.#going?.id === row.id ? this.#going.results : resultsOf(row) };
  }

  #summaryOf({ id, name, state, reason, request, created_at, finished_at }: LabRunRow): LabRunSummary {
    const kept = JSON.parse(request) as Kept;
    return {
      ...{ id, name, state, reason },
      ...{ preset: kept.preset, workload: kept.workload, modes: kept.modes, waitMs: kept.waitMs, declares: kept.declares },
      ...{ concurrency: kept.concurrency, current: this.#going?.id === id ? this.#going.current : null },
      ...{ createdAt: timeOf(created_at), finishedAt: finished_at === null ? null : timeOf(finished_at) },
    };
  }
}

function onlyOne(id: string | undefined): Problem {
  return new Problem(
    'wrong-state',
    `${id === undefined ? 'A run of the lab' : `The run ${id} of the lab`} goes on, and two would measure each other. Wait for it, or stop it.`,
  );
}

function replace(results: LabModeResult[], result: LabModeResult): void {
  const at = results.findIndex(({ mode }) => mode === result.mode);
  if (at !== -1) results[at] = result;
}

function withoutResults({ results: _results, ...summary }: LabRun): LabRunSummary {
  return summary;
}

function resultsOf({ results }: LabRunRow): LabModeResult[] {
  return JSON.parse(results) as LabModeResult[];
}

/** Only what is a run's own: the path was read from a database. */
function removeHome(home: string): void {
  if (basename(home).startsWith(homePrefix)) rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}
