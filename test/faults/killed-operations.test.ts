import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Operation } from '../../contract/resources.ts';
import { brokenInvariants } from '../engine/invariants.ts';
import { type EngineProcess, makeHome, startEngineProcess } from '../support/engine-process.ts';

const pile = 20_000;
/** As many jobs as one call takes. */
const batch = 10_000;

let home: string;
beforeEach(async () => {
  home = await makeHome();
  mkdirSync(join(home, 'tasks'), { recursive: true });
  writeFileSync(join(home, 'tasks', 'fragile.js'), fragile);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Dies of one of seven causes, each time about another thing, unless its payload was mended. */
const fragile = `
  const causes = [
    (n) => { throw new Error('order ' + n + ' was not found'); },
    (n) => { throw new TypeError('order ' + n + ' was not found'); },
    (n) => { throw new Error('cannot read /srv/in/' + n + '/photo.png'); },
    (n) => { throw Object.assign(new Error('connect ECONNREFUSED 10.0.' + (n % 200) + '.1:' + (1000 + n)), { code: 'ECONNREFUSED' }); },
    (n) => { throw new Error('token "' + n.toString(36) + '" expired at ' + new Date(n * 1e6).toISOString()); },
    (n) => { throw new Error('https://example.com/items/' + n + ' answered badly after ' + n + ' ms'); },
    (n) => { return null[n]; },
  ];
  export default {
    lane: 'io',
    retry: { maxAttempts: 1 },
    input: { type: 'object', properties: { n: { type: 'integer' }, mended: { type: 'boolean' } }, required: ['n'], additionalProperties: false },
    run(payload) { return payload.mended ? payload.n : causes[payload.n % 7](payload.n); },
  };`;

async function submit(engine: EngineProcess, count: number, more: { queue?: string; delayMs?: number }): Promise<void> {
  for (let from = 0; from < count; from += batch) {
    const jobs = Array.from({ length: Math.min(batch, count - from) }, (_, index) => ({
      task: 'fragile',
      payload: { n: from + index },
      ...more,
    }));
    await engine.client.call('submitBatch', { body: { jobs } });
  }
}

async function until(engine: EngineProcess, holds: (counts: Record<string, number>) => boolean): Promise<void> {
  for await (const { event } of engine.client.events({ kind: ['stats'] }, null)) if (event.type === 'stats' && holds(event.counts)) return;
}

const read = (engine: EngineProcess, { id }: Operation) => engine.client.call('getOperation', { params: { id } });

/** Kills the engine once the operation has done more than before, and starts the next one; so often. @returns the last engine */
async function killInTheMiddle(first: EngineProcess, operation: Operation, kills: number): Promise<EngineProcess> {
  let engine = first;
  let before = operation.done;
  for (let kill = 0; kill < kills; kill++) {
    let now = await read(engine, operation);
    while (now.state === 'running' && now.done <= before) now = await read(engine, operation);
    expect(now.state, `before kill ${kill + 1}`).toBe('running');
    await engine.kill();
    engine = await startEngineProcess({ home });
    const after = await read(engine, operation);
    expect(after.done).toBeGreaterThanOrEqual(now.done);
    before = after.done;
  }
  return engine;
}

async function ended(engine: EngineProcess, operation: Operation): Promise<Operation> {
  for (;;) {
    const now = await read(engine, operation);
    if (now.state !== 'running') return now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function invariants(): string[] {
  const db = new Database(join(home, 'switchyard.db'), { readonly: true });
  try {
    return brokenInvariants(db);
  } finally {
    db.close();
  }
}

test('a pile of 20,000 dead jobs with seven causes is seven groups, and is patched and redriven once over engines that are killed', {
  timeout: 240_000,
}, async () => {
  let engine = await startEngineProcess({ home });
  try {
    await submit(engine, pile, {});
    await until(engine, ({ dead }) => dead === pile);
    const { groups, next } = await engine.client.call('listDeadGroups', {});
    expect(next).toBeNull();
    expect(groups.map(({ count }) => count)).toEqual([2858, 2857, 2857, 2857, 2857, 2857, 2857]);

    // Their canaries first, then each group; what waits must not run, or its attempts would not tell how often it was redriven.
    const [group] = groups;
    const patch = [{ op: 'add' as const, path: '/mended', value: true }];
    const probe = await engine.client.call('redriveDeadLetters', { body: { fingerprint: group?.fingerprint ?? '', canary: 5 } });
    expect(await ended(engine, probe)).toMatchObject({ state: 'stopped', reason: expect.stringContaining('same cause') });
    expect((await engine.client.call('getStats', {})).counts.dead).toBe(pile);

    await engine.client.call('patchQueue', { params: { name: 'default' }, body: { paused: true } });
    const operation = await engine.client.call('redriveDeadLetters', { body: { filter: { task: ['fragile'] }, patch } });
    expect(operation.matched).toBe(pile);
    engine = await killInTheMiddle(engine, operation, 3);
    expect(await ended(engine, operation)).toMatchObject({ state: 'completed', matched: pile, done: pile, failed: 0 });
    expect((await engine.client.call('listDeadGroups', {})).groups).toEqual([]);
    expect(invariants()).toEqual([]);

    await engine.client.call('patchQueue', { params: { name: 'default' }, body: { paused: false } });
    await until(engine, ({ completed }) => completed === pile);
    expect(await engine.stop()).toBe(0);
    const db = new Database(join(home, 'switchyard.db'), { readonly: true });
    const attempts = db
      .prepare<[], { attempt: number; n: number }>('SELECT attempt, count(*) AS n FROM jobs GROUP BY attempt ORDER BY attempt')
      .all();
    db.close();
    // The canaries that died again have one more.
    const canaries = attempts[1]?.n ?? 0;
    expect(canaries).toBeLessThanOrEqual(5);
    expect(attempts).toEqual([
      { attempt: 2, n: pile - canaries },
      { attempt: 3, n: canaries },
    ]);
    expect(invariants()).toEqual([]);
  } finally {
    await engine.dispose();
  }
});

test('an action on all 20,000 that a filter matches is done once over engines that are killed, and on no other job', {
  timeout: 240_000,
}, async () => {
  let engine = await startEngineProcess({ home });
  try {
    await engine.client.call('makeQueue', { params: { name: 'later' }, body: {} });
    await submit(engine, pile, { queue: 'later', delayMs: 3_600_000 });
    await submit(engine, 50, { delayMs: 3_600_000 });
    const operation = await engine.client.call('actOnJobs', {
      body: { action: 'cancel', filter: { queue: ['later'], state: ['scheduled'] } },
    });
    expect(operation.matched).toBe(pile);
    engine = await killInTheMiddle(engine, operation, 3);
    expect(await ended(engine, operation)).toMatchObject({ state: 'completed', done: pile, failed: 0 });
    const { counts } = await engine.client.call('getStats', {});
    expect(counts).toMatchObject({ cancelled: pile, scheduled: 50 });
    expect(await engine.stop()).toBe(0);
    expect(invariants()).toEqual([]);
  } finally {
    await engine.dispose();
  }
});
