/** Workflows of random shape whose jobs fail at random, against a model that knows only the rules. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FailurePolicy } from '../../contract/workflow.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { read, statesOf, submitWorkflow } from '../support/workflow-rig.ts';
import { brokenInvariants } from './invariants.ts';

let home: string;
let rig: QueueRig;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-workflow-lives-'));
});
afterEach(async () => {
  await rig.dispose();
  rmSync(home, { recursive: true, force: true });
});

type Job = { name: string; dependsOn: { job: string; onFailure: FailurePolicy }[]; fails: boolean };
type Ends = Record<string, 'completed' | 'dead' | 'cancelled' | 'blocked'>;

function randomJobs(count: number, random: () => number, failing: number): Job[] {
  const policies = ['block', 'cancel', 'continue'] as const;
  return Array.from({ length: count }, (_, n) => {
    const parents = new Set(Array.from({ length: n === 0 ? 0 : Math.floor(random() * 4) }, () => Math.floor(random() * n)));
    const dependsOn = [...parents].map((parent) => ({
      job: `j${parent}`,
      onFailure: policies[Math.floor(random() * 3)] ?? ('block' as const),
    }));
    return { name: `j${n}`, dependsOn, fails: random() < failing };
  });
}

/** What becomes of each, in the order in which they are given: parents come first. */
function model(jobs: readonly Job[]): Ends {
  const ends: Ends = {};
  for (const { name, dependsOn, fails } of jobs) {
    const unmet = dependsOn.filter(
      ({ job, onFailure }) => ends[job] === 'blocked' || (ends[job] !== 'completed' && onFailure !== 'continue'),
    );
    const cancels = unmet.some(({ job, onFailure }) => onFailure === 'cancel' && ends[job] !== 'blocked');
    ends[name] = cancels ? 'cancelled' : unmet.length > 0 ? 'blocked' : fails ? 'dead' : 'completed';
  }
  return ends;
}

/** Runs all that can run to its end; between, the engine goes down now and then. */
async function runAll(jobs: readonly Job[], names: ReadonlyMap<string, string>, random: () => number, crashes: number): Promise<void> {
  let crashesLeft = crashes;
  for (;;) {
    await rig.turn();
    const runs = [...rig.lanes.running.values()].sort(() => random() - 0.5);
    if (runs.length === 0) return;
    const ended = runs.slice(0, Math.ceil(random() * runs.length));
    rig.lanes.end(
      ended.map((run) => {
        const fails = jobs.find(({ name }) => name === names.get(run.jobId))?.fails === true;
        return fails
          ? { run, result: { kind: 'failed-for-good', error: { name: 'Error', message: 'as it was to' } } }
          : { run, result: { kind: 'succeeded', result: JSON.stringify(names.get(run.jobId)) } };
      }),
    );
    if (crashesLeft > 0 && random() < 0.3) {
      crashesLeft--;
      if (random() < 0.5) await rig.turn();
      await rig[random() < 0.5 ? 'crash' : 'stop']();
      rig = await openQueueRig({ home, random });
      expect(brokenInvariants(rig.db)).toEqual([]);
    }
  }
}

async function lives(count: number, seed: number, crashes: number): Promise<void> {
  const random = seededRandom(seed);
  rig = await openQueueRig({ home, random });
  const jobs = randomJobs(count, random, 0.15);
  // Crashes of the engine must not be what a job dies of.
  const given = jobs.map(({ fails: _, ...job }) => ({ ...job, retry: { maxAttempts: 20, baseMs: 0 } }));
  const workflow = await submitWorkflow(rig, given);
  const names = new Map(workflow.jobs.map(({ id, name }) => [id, name]));
  await runAll(jobs, names, random, crashes);
  const expected = model(jobs);
  expect(await statesOf(rig, workflow)).toEqual(expected);
  const ended = Object.values(expected);
  const failed = ended.includes('dead') || ended.includes('blocked');
  expect((await read(rig, workflow)).state).toBe(failed ? 'failed' : ended.includes('cancelled') ? 'cancelled' : 'completed');
  expect(brokenInvariants(rig.db)).toEqual([]);

  // What failed is mended: everything completes, nothing twice, and each was given what its parents gave.
  const mended = jobs.map((job) => ({ ...job, fails: false }));
  if (failed || ended.includes('cancelled')) await rig.backend.retryWorkflow(workflow.id, {});
  await runAll(mended, names, random, crashes);
  const after = await read(rig, workflow);
  expect(new Set(after.jobs.map(({ state }) => state))).toEqual(new Set(['completed']));
  expect(after.state).toBe('completed');
  expect(brokenInvariants(rig.db)).toEqual([]);
  expect(rig.failures).toEqual([]);
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])('forty jobs end as the rules say, and complete once they are mended (seed %i)', async (seed) => {
  await lives(40, seed, 0);
});

test('five hundred jobs do so over crashes and stops of the engine', { timeout: 120_000 }, async () => {
  await lives(500, 99, 6);
});
