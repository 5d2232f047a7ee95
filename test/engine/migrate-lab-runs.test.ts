import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWriter } from '../../engine/store/open.ts';
import { prepareStore } from '../../engine/store/store.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-migrate-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const row = (id: string) => ({ id, name: id, request: '{}', results: '[]', home: '/nowhere', created_at: 1 });

test('the table of the lab’s runs holds one that goes on, refuses a second, and what has ended stays as it ended', () => {
  const store = prepareStore(openWriter(join(home, 'switchyard.db')));
  const { labRuns } = store;
  labRuns.insertRun(row('a'));
  expect(() => labRuns.insertRun(row('b'))).toThrow(expect.objectContaining({ code: 'SQLITE_CONSTRAINT_UNIQUE' }));
  expect(labRuns.deleteRun('a')).toBe(false);
  expect(labRuns.endRun('a', 'completed', null, '[1]', 5)).toBe(true);
  expect(labRuns.endRun('a', 'failed', 'late', '[]', 6)).toBe(false);
  expect(labRuns.findRun('a')).toMatchObject({ state: 'completed', results: '[1]', finished_at: 5 });
  store.close();
});

test('only the newest runs are kept', () => {
  const store = prepareStore(openWriter(join(home, 'switchyard.db')));
  const { labRuns } = store;
  for (const id of ['a', 'b', 'c', 'd']) {
    labRuns.insertRun(row(id));
    labRuns.forgetOld(2);
    labRuns.endRun(id, 'completed', null, '[]', 5);
  }
  labRuns.forgetOld(2);
  expect(labRuns.runsBefore(Number.MAX_SAFE_INTEGER, 10).map(({ id }) => id)).toEqual(['d', 'c']);
  store.close();
});
