/** Operations on many jobs: what was asked for, whom it is about, and how far it has come. */

import type { Database } from 'better-sqlite3';
import type { OperationAction } from '../../contract/operations.ts';
import type { OperationState } from '../../contract/resources.ts';

export type OperationRow = {
  number: number;
  id: string;
  action: OperationAction;
  state: OperationState;
  terms: string;
  matched: number;
  position: number;
  canaries: number;
  done: number;
  failed: number;
  failures: string;
  reason: string | null;
  created_at: number;
  finished_at: number | null;
};

/** A job by its row number and what tells it from a later one with the same. */
export type Member = { seq: number; nonce: number };
export type AwaitedMember = Member & { fingerprint: string | null };

const columns = [
  'number',
  'id',
  'action',
  'state',
  'terms',
  'matched',
  'position',
  'canaries',
  'done',
  'failed',
  'failures',
  'reason',
  'created_at',
  'finished_at',
] as const satisfies readonly (keyof OperationRow)[];

/** Jobs of one part of the members; also the most that one step takes. */
export const partMembers = 250;

export function prepareOperations(db: Database) {
  const list = columns.join(', ');
  const insert = db.prepare(`INSERT INTO operations (${list}) VALUES (${columns.map(() => '?').join(', ')})`);
  const find = db.prepare<[string], OperationRow>(`SELECT ${list} FROM operations WHERE id = ?`);
  const read = db.prepare<[number], OperationRow>(`SELECT ${list} FROM operations WHERE number = ?`);
  const before = db.prepare<[number, number], OperationRow>(`SELECT ${list} FROM operations WHERE number < ? ORDER BY number DESC LIMIT ?`);
  const running = db.prepare<[], number>("SELECT number FROM operations WHERE state = 'running' ORDER BY number").pluck();
  const last = db.prepare<[], number>('SELECT max(number) FROM operations').pluck();
  const advance = db.prepare('UPDATE operations SET position = ?, canaries = ?, done = ?, failed = ?, failures = ? WHERE number = ?');
  const end = db.prepare("UPDATE operations SET state = ?, reason = ?, finished_at = ? WHERE number = ? AND state = 'running'");
  const insertPart = db.prepare('INSERT INTO operation_members (operation, part, members) VALUES (?, ?, ?)');
  const readPart = db.prepare<[number, number], Buffer>('SELECT members FROM operation_members WHERE operation = ? AND part = ?').pluck();
  const insertAwaited = db.prepare('INSERT OR IGNORE INTO operation_awaited (operation, seq, nonce, fingerprint) VALUES (?, ?, ?, ?)');
  const deleteAwaited = db.prepare('DELETE FROM operation_awaited WHERE operation = ? AND seq = ?');
  const awaited = db.prepare<[number], AwaitedMember>(
    'SELECT seq, nonce, fingerprint FROM operation_awaited WHERE operation = ? ORDER BY seq',
  );
  const clears = ['operation_members', 'operation_awaited'].map((table) => db.prepare(`DELETE FROM ${table} WHERE operation = ?`));
  const orphans = db.prepare(
    "DELETE FROM operation_members WHERE operation NOT IN (SELECT number FROM operations WHERE state = 'running')",
  );
  const forget = db.prepare(
    "DELETE FROM operations WHERE state <> 'running' AND number <= (SELECT number FROM operations ORDER BY number DESC LIMIT 1 OFFSET ?)",
  );

  return {
    insertOperation: (row: OperationRow) => insert.run(columns.map((column) => row[column])),
    findOperation: (id: string) => find.get(id) ?? null,
    readOperation: (number: number) => read.get(number) ?? null,
    /** The newest first. */
    operationsBefore: (number: number, limit: number) => before.all(number, limit),
    runningOperations: () => running.all(),
    lastNumber: () => last.get() ?? 0,
    advanceOperation: ({ position, canaries, done, failed, failures, number }: OperationRow) =>
      advance.run(position, canaries, done, failed, failures, number),
    /** Fenced: what has ended stays as it ended. @returns false when it has */
    endOperation(number: number, state: Exclude<OperationState, 'running'>, reason: string | null, at: number): boolean {
      if (end.run(state, reason, at, number).changes === 0) return false;
      for (const clear of clears) clear.run(number);
      return true;
    },
    /** @param members pairs of `seq` and `nonce`, as many as a part holds (the last one may hold fewer) */
    insertMembers(number: number, part: number, members: Float64Array): void {
      insertPart.run(number, part, Buffer.from(members.buffer, members.byteOffset, members.byteLength));
    },
    /** The members from `position` to the end of their part, at most `limit`. */
    membersFrom(number: number, position: number, limit: number): Member[] {
      const blob = readPart.get(number, Math.floor(position / partMembers));
      if (!blob) throw new Error(`operation ${number} has no members at ${position}`);
      // Copied: the buffer that SQLite gives need not be aligned for numbers.
      const pairs = new Float64Array(new Uint8Array(blob).buffer);
      const start = position % partMembers;
      const members: Member[] = [];
      for (let at = start * 2; at < pairs.length && members.length < limit; at += 2)
        members.push({ seq: pairs[at] ?? 0, nonce: pairs[at + 1] ?? 0 });
      return members;
    },
    /** @returns false when it is awaited already */
    awaitMember: (number: number, { seq, nonce, fingerprint }: AwaitedMember) =>
      insertAwaited.run(number, seq, nonce, fingerprint).changes === 1,
    /** @returns false when it was awaited no longer */
    awaitNoLonger: (number: number, seq: number) => deleteAwaited.run(number, seq).changes === 1,
    awaitedMembers: (number: number) => awaited.all(number),
    /** Members of operations that were never accepted: the engine went down in between. */
    forgetOrphans: () => orphans.run(),
    /** Keeps the newest `kept`, and those that run. The OFFSET is bounded by it. */
    forgetOld: (kept: number) => forget.run(kept),
  };
}
