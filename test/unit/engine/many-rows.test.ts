import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { jobColumns, jobValues } from '../../../engine/store/job-row.ts';
import { ManyRows } from '../../../engine/store/many-rows.ts';
import { plainRow } from './plain-job.ts';

const columns = ['id', 'a', 'b', 'c'];
type Row = [id: number, a: unknown, b: unknown, c: unknown];

/** @param prepared is called with each statement that is prepared for more rows than one */
function openTable(prepared: (sql: string) => void = () => {}) {
  const db = new Database(':memory:');
  onTestFinished(() => void db.close());
  db.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, c DEFAULT 'what is left out')");
  const rows = new ManyRows(db, columns, (select) => {
    if (select.includes('), (')) prepared(select);
    return `INSERT INTO t (${columns.join(', ')}) ${select}`;
  });
  return {
    db,
    write(written: readonly Row[]) {
      for (const row of written) rows.add(row);
      rows.write();
    },
    all: () => db.prepare('SELECT * FROM t ORDER BY id').raw().all(),
  };
}

/** Few different values, so that many rows have the same. */
const value = fc.constantFrom<unknown>(null, 0, 1, 1.5, '', 'text', '0', 'ü');

describe('rows that are written many at once', () => {
  test('are what was added, whatever is alike in them', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.tuple(value, value, value), { maxLength: 180 }), { maxLength: 6 }), (groups) => {
        const { db, write, all } = openTable();
        let id = 0;
        const expected: Row[] = [];
        for (const group of groups) {
          const rows = group.map((values): Row => [id++, ...values]);
          write(rows);
          expected.push(...rows);
        }
        expect(all()).toEqual(expected);
        db.close();
      }),
      { numRuns: 60 },
    );
  });

  test('bind once what is the same in all, also as it changes from one statement to the next', () => {
    const prepared: string[] = [];
    const { write, all } = openTable((sql) => prepared.push(sql));
    const rows = Array.from({ length: 64 }, (_, id): Row => [id, id < 16 ? 'x' : 'y', null, 7]);
    for (let from = 0; from < 64; from += 16) write(rows.slice(from, from + 16));
    expect(prepared).toEqual([expect.stringMatching(/^WITH own \(id\) AS .* SELECT own\.id, \?, NULL, \? FROM own$/)]);
    expect(all()).toEqual(rows);
  });

  test('learn what differs, and forget it', () => {
    const prepared: string[] = [];
    const { write, all } = openTable((sql) => prepared.push(sql.slice(sql.indexOf('SELECT'))));
    const rows: Row[] = [];
    const four = (of: (index: number) => [unknown, unknown, unknown]) => {
      const group = [0, 1, 2, 3].map((index): Row => [rows.length + index, ...of(index)]);
      rows.push(...group);
      write(group);
    };
    four(() => ['same', null, 'same']);
    four((index) => ['same', index, 'same']);
    four((index) => [index, null, 'same']);
    four(() => ['same', null, null]);
    const learnt = ['own.id, ?, NULL, ?', 'own.id, ?, own.b, ?', 'own.id, own.a, own.b, ?'];
    expect(prepared).toEqual(learnt.map((values) => `SELECT ${values} FROM own`));
    for (let run = 0; run < 600; run++) four(() => ['same', null, 'same']);
    expect(prepared.slice(3)).toEqual(['SELECT own.id, ?, NULL, ? FROM own']);
    expect(all()).toEqual(rows);
  });

  test('are an error where one of them changes nothing', () => {
    const db = new Database(':memory:');
    onTestFinished(() => void db.close());
    db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2), (4)');
    const deletes = new ManyRows(db, ['id'], (rows) => `DELETE FROM t WHERE id IN (${rows})`);
    for (const id of [1, 2, 3, 4]) deletes.add([id]);
    expect(() => deletes.write()).toThrow('3 rows of 4 were changed by: DELETE FROM t WHERE id IN (…)');
  });
});

test('the values of a job stand in the order of its columns', () => {
  const names = Object.fromEntries(jobColumns.map((column) => [column, column]));
  expect(jobValues({ ...plainRow(), ...(names as object) })).toEqual(jobColumns);
  expect(Object.keys(plainRow()).sort()).toEqual([...jobColumns].sort());
});
