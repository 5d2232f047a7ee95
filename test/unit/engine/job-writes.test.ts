import { describe, expect, test } from 'vitest';
import { JobWrites } from '../../../engine/store/job-writes.ts';
import { plainRow, temporaryDatabase } from './plain-job.ts';

const executing = (seq: number) => plainRow({ seq, state: 'executing', attempt: 1, started_at: 1, finished_at: null });
const success = { outcome: 'succeeded', thread: 1, error: null } as const;

function openWrites() {
  const { writer } = temporaryDatabase();
  const writes = new JobWrites(writer);
  const all = (sql: string) => writer.prepare(sql).raw().all();
  const transaction = (body: () => void) => {
    writer.exec('BEGIN');
    body();
    writes.write();
    writer.exec('COMMIT');
    writes.committed();
  };
  const undo = () => {
    writer.exec('ROLLBACK');
    writes.undone();
  };
  return { writer, writes, all, transaction, undo };
}

describe('what is written of every job', () => {
  test.each([0, 1, 3, 4, 16, 37, 150])('%i jobs begin and end, whatever statements that takes', (count) => {
    const { writes, all, transaction } = openWrites();
    const rows = Array.from({ length: count }, (_, index) => executing(index + 1));
    transaction(() => {
      for (const row of rows) {
        writes.insertJob(row);
        writes.beginRun(row);
      }
    });
    expect(all('SELECT seq, attempt FROM running ORDER BY seq')).toEqual(rows.map(({ seq }) => [seq, 1]));
    transaction(() => {
      for (const row of rows) {
        expect(writes.endRun(row)).toBe(true);
        writes.endJob({ ...row, state: 'completed', finished_at: 5, result: `"${row.seq}"` });
        writes.insertAttempt(row, success, 5);
      }
    });
    expect(all('SELECT seq, state, finished_at, result FROM jobs ORDER BY seq')).toEqual(
      rows.map(({ seq }) => [seq, 'completed', 5, `"${seq}"`]),
    );
    expect(all('SELECT seq, outcome FROM attempts ORDER BY seq')).toEqual(rows.map(({ seq }) => [seq, 'succeeded']));
    expect(all('SELECT * FROM running')).toEqual([]);
  });

  test('is there for every other statement on the connection', () => {
    const { writes, transaction } = openWrites();
    const select = writes.database.prepare<[], number>('SELECT seq FROM jobs ORDER BY seq').pluck();
    const cancel = writes.database.prepare("UPDATE jobs SET state = 'cancelled', finished_at = 1 WHERE seq = ?");
    transaction(() => {
      writes.insertJob(plainRow({ seq: 1, state: 'available', finished_at: null }));
      expect(select.get()).toBe(1);
      writes.insertJob(plainRow({ seq: 2, state: 'available', finished_at: null, workflow_id: 'of another kind' }));
      expect(select.all()).toEqual([1, 2]);
      writes.insertJob(plainRow({ seq: 3, state: 'available', finished_at: null }));
      expect([...select.iterate()]).toEqual([1, 2, 3]);
      writes.insertJob(plainRow({ seq: 4, state: 'available', finished_at: null }));
      expect(cancel.run(4).changes).toBe(1);
    });
  });

  test('is forgotten with its transaction, and who held a job holds it again', () => {
    const { writer, writes, all, transaction, undo } = openWrites();
    const [held, begun] = [executing(1), executing(2)];
    transaction(() => {
      writes.insertJob(held);
      writes.beginRun(held);
    });
    writer.exec('BEGIN');
    writes.insertJob(begun);
    writes.beginRun(begun);
    expect(writes.endRun(held)).toBe(true);
    undo();
    transaction(() => {});
    expect(all('SELECT seq FROM jobs')).toEqual([[1]]);
    expect(all('SELECT seq FROM running')).toEqual([[1]]);
    transaction(() => {
      expect(writes.endRun(begun)).toBe(false);
      expect(writes.endRun({ ...held, attempt: 2 })).toBe(false);
      expect(writes.endRun(held)).toBe(true);
      expect(writes.endRun(held)).toBe(false);
    });
  });

  test('a connection that is opened later knows who holds what', () => {
    const { writer, writes, transaction } = openWrites();
    transaction(() => {
      writes.insertJob(executing(7));
      writes.beginRun(executing(7));
    });
    expect(new JobWrites(writer).endRun(executing(7))).toBe(true);
  });

  test('an end of a job that does not run is an error, and the transaction is still there to be undone', () => {
    const { writer, writes, all, undo } = openWrites();
    writer.exec('BEGIN');
    for (const seq of [1, 2, 3, 4]) writes.insertJob(seq === 3 ? plainRow({ seq, state: 'available', finished_at: null }) : executing(seq));
    for (const seq of [1, 2, 3, 4]) writes.endJob({ ...executing(seq), state: 'completed', finished_at: 5, result: '1' });
    expect(() => writes.write()).toThrow('3 rows of 4 were changed by: WITH ended');
    undo();
    expect(all('SELECT seq FROM jobs')).toEqual([]);
  });
});
