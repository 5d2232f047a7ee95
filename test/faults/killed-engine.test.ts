import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SubmissionInput } from '../../contract/submission.ts';
import { brokenInvariants } from '../engine/invariants.ts';
import { type EngineProcess, makeHome, startEngineProcess } from '../support/engine-process.ts';
import { seededRandom } from '../support/seeded-random.ts';

const kills = 50;
const submitters = 6;

let home: string;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Says on a file of its own what it did, once for each attempt that it is given. */
function writeEffectTask(effects: string): void {
  mkdirSync(join(home, 'tasks'), { recursive: true });
  writeFileSync(
    join(home, 'tasks', 'effect.js'),
    `import { appendFileSync } from 'node:fs';
     export default {
       lane: 'io',
       async run(payload, task) {
         await new Promise((resolve) => setTimeout(resolve, payload.ms));
         appendFileSync(${JSON.stringify(effects)}, task.jobId + ' ' + task.attempt + '\\n');
         return task.attempt;
       },
     };`,
  );
}

/** Submits without a pause, as programs do that send again what was not answered. */
class Submitters {
  readonly acknowledged = new Set<string>();
  readonly #unanswered: { key: string; submission: SubmissionInput }[] = [];
  readonly #random: () => number;
  #made = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Goes on until this many more were acknowledged, kills the engine in the middle of it and waits for the last answer. */
  async untilKilled(engine: EngineProcess, more: number): Promise<void> {
    const enough = this.acknowledged.size + more;
    let killed: Promise<void> | null = null;
    const submitter = async (index: number) => {
      while (!killed) {
        await (index === 0 ? this.#batch(engine) : this.#single(engine));
        if (this.acknowledged.size >= enough) killed ??= engine.kill();
      }
    };
    await Promise.all(Array.from({ length: submitters }, (_, index) => submitter(index)));
    await killed;
  }

  async resubmit(engine: EngineProcess): Promise<void> {
    while (this.#unanswered.length > 0) await this.#single(engine);
  }

  #submission(): SubmissionInput {
    if (this.#random() < 0.1) return { task: 'shell.run', mode: 'async', payload: { command: 'true' } };
    return { task: 'effect', mode: 'async', payload: { ms: Math.floor(this.#random() * 40) } };
  }

  async #single(engine: EngineProcess): Promise<void> {
    const next = this.#unanswered.pop() ?? { key: `key-${this.#made++}`, submission: this.#submission() };
    try {
      const job = await engine.client.call('submitJob', { body: next.submission, headers: { 'idempotency-key': next.key } });
      this.acknowledged.add(job.id);
    } catch {
      this.#unanswered.push(next);
    }
  }

  /** A batch has no key: one that was not answered may have been accepted or not, but only as a whole. */
  async #batch(engine: EngineProcess): Promise<void> {
    const jobs = Array.from({ length: 5 }, () => this.#submission());
    try {
      const { ids } = await engine.client.call('submitBatch', { body: { jobs } });
      for (const id of ids) this.acknowledged.add(id);
    } catch {
      // Nothing was promised.
    }
  }
}

describe('an engine that is killed', () => {
  test(`${kills} times while jobs are submitted and run loses none of them and finishes each once`, { timeout: 480_000 }, async () => {
    const effects = join(home, 'effects.txt');
    writeEffectTask(effects);
    const random = seededRandom(20260131);
    const clients = new Submitters(random);
    const readyMs: number[] = [];
    for (let kill = 0; kill < kills; kill++) {
      await using engine = await startEngineProcess({ home });
      readyMs.push(engine.readyMs);
      await clients.untilKilled(engine, 5 + Math.floor(random() * 60));
    }

    await using engine = await startEngineProcess({ home });
    await clients.resubmit(engine);
    for (const id of clients.acknowledged) {
      const job = await engine.client.call('getJob', { params: { id }, query: { waitMs: 60_000 } });
      expect(job).toMatchObject({ id, state: 'completed' });
    }
    const { counts } = await engine.client.call('getStats', {});
    expect(await engine.stop()).toBe(0);

    const db = new Database(join(home, 'switchyard.db'), { readonly: true });
    expect(brokenInvariants(db)).toEqual([]);
    const outcomes = db.prepare<[], { outcome: string; n: number }>('SELECT outcome, count(*) AS n FROM attempts GROUP BY outcome').all();
    db.close();
    expect(counts).toMatchObject({ dead: 0, cancelled: 0 });
    expect(counts.completed).toBeGreaterThanOrEqual(clients.acknowledged.size);
    expect(outcomes.find(({ outcome }) => outcome === 'succeeded')?.n).toBe(counts.completed);
    // Some were running each time, or the test would show nothing.
    expect(outcomes.find(({ outcome }) => outcome === 'crashed')?.n).toBeGreaterThan(kills);
    const lines = readFileSync(effects, 'utf8').trimEnd().split('\n');
    expect(new Set(lines).size, 'no attempt was run twice').toBe(lines.length);

    readyMs.sort((a, b) => a - b);
    const median = readyMs[kills / 2] ?? 0;
    console.info(
      `${clients.acknowledged.size} jobs; ready after ${Math.round(median)} ms (median), ${Math.round(readyMs.at(-1) ?? 0)} ms at most`,
    );
    expect(median).toBeLessThan(10_000);
  });

  test('takes nothing with it that its commands started: the next one ends them before it runs their jobs again', async () => {
    const notes = join(home, 'children');
    const running = async (engine: EngineProcess) => {
      const { id } = await engine.client.call('submitJob', {
        body: { task: 'shell.run', mode: 'async', payload: { command: 'sh', args: ['-c', 'sleep 300 & echo started; wait'] } },
      });
      for await (const line of engine.client.followLogs(id)) if (line.text === 'started') break;
      return id;
    };
    await using killed = await startEngineProcess({ home });
    const id = await running(killed);
    const pids = readdirSync(notes).map((name) => JSON.parse(readFileSync(join(notes, name), 'utf8')).pid as number);
    expect(pids).toHaveLength(1);
    const family = descendants(pids);
    expect(family).toHaveLength(2);
    await killed.kill();
    expect(family.filter(isRunning)).toEqual(family);

    await using next = await startEngineProcess({ home });
    expect(family.filter(isRunning)).toEqual([]);
    expect(next.stderr()).toContain('1 command was ended that an engine before this one had left running.');
    expect(await next.client.call('cancelJob', { params: { id } })).toMatchObject({ state: 'cancelled', attempt: 2 });
    const { attempts } = await next.client.call('listAttempts', { params: { id } });
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['crashed', 'cancelled']);
    expect(await next.stop()).toBe(0);
    expect(existsSync(notes) ? readdirSync(notes) : []).toEqual([]);
  });

  test('starts again on the socket and the engine.json that it left behind', async () => {
    await using killed = await startEngineProcess({ home });
    await killed.kill();
    expect(existsSync(killed.socket)).toBe(true);
    await using next = await startEngineProcess({ home });
    expect(await next.client.call('getInfo', {})).toMatchObject({ pid: next.pid });
    expect(JSON.parse(readFileSync(join(home, 'engine.json'), 'utf8'))).toMatchObject({ pid: next.pid, socket: next.socket });
  });
});

function descendants(pids: number[]): number[] {
  const children = pids.flatMap((pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number));
  return children.length === 0 ? pids : [...pids, ...descendants(children)];
}

function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}/stat`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}
