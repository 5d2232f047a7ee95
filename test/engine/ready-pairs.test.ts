import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openWriter } from '../../engine/store/open.ts';
import { prepareParked } from '../../engine/store/parked.ts';
import { prepareReadyPairs } from '../../engine/store/ready-pairs.ts';

let home: string;
let db: Database;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-ready-pairs-'));
  db = openWriter(join(home, 'switchyard.db'));
});
afterEach(() => {
  db.close();
  rmSync(home, { recursive: true, force: true });
});

const pairs = [
  { queue: 'a', lane: 'cpu' },
  { queue: 'a', lane: 'io' },
  { queue: 'b', lane: 'io' },
  { queue: 'c', lane: 'interactive' },
];

test('the queues and lanes with a job in line are named once each, however many wait', () => {
  expect(prepareReadyPairs(db)()).toEqual([]);
  const insert = db.prepare('INSERT INTO ready (queue, lane, rank, run_at, seq) VALUES (?, ?, ?, ?, ?)');
  for (let seq = 1; seq <= 5; seq++) for (const { queue, lane } of pairs) insert.run(queue, lane, seq % 2, seq, seq);
  expect(prepareReadyPairs(db)()).toEqual(pairs);
});

test('the gates are named once each, and the first ones of every queue and lane are found there', () => {
  const parked = prepareParked(db);
  expect([...parked.gates()]).toEqual([]);
  const gates = [
    { task: '', key: 'some.service' },
    { task: 'mail', key: '' },
    { task: 'mail', key: 'ann' },
    { task: 'scan', key: 'ann' },
  ];
  const insert = db.prepare('INSERT INTO parked (task, key, queue, lane, rank, run_at, seq) VALUES (?, ?, ?, ?, ?, ?, ?)');
  for (const { task, key } of gates) {
    for (const [index, { queue, lane }] of pairs.entries())
      for (let nth = 1; nth <= 3; nth++) insert.run(task, key, queue, lane, 0, nth, 10 * index + nth);
  }
  expect([...parked.gates()]).toEqual(gates);
  for (const gate of gates) expect(parked.firstAt(gate, 2, 512)).toEqual([1, 2, 11, 12, 21, 22, 31, 32]);
  for (const gate of gates) expect(parked.firstAt(gate, 2, 5)).toEqual([1, 2, 11, 12, 21]);
});

test.each(['ready', 'parked'])('no statement over %s compares two columns at once, which would read every row of a pair', (table) => {
  const prepare = vi.spyOn(db, 'prepare');
  if (table === 'ready') prepareReadyPairs(db);
  else prepareParked(db);
  const prepared = prepare.mock.calls.map(([sql]) => sql);
  const plans = prepared
    .filter((sql) => sql.startsWith('SELECT'))
    .map((sql) => db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...(sql.match(/\?/g) ?? []).map(() => 1)));
  expect(plans.length).toBeGreaterThan(1);
  for (const [step, ...more] of plans) {
    expect(more).toEqual([]);
    expect(step?.detail).toMatch(/^SEARCH .* USING PRIMARY KEY/);
    expect(step?.detail).not.toMatch(/\),?\)?>\(/);
  }
});
