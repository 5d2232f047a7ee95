import type { Database } from 'better-sqlite3';

type KeyRow = { body_hash: string; seq: number };

/** Before the hash of a submission that was answered with the job that held its unique key: told apart without a column of its own. */
const duplicateMark = 'duplicate ';

export function prepareIdempotency(db: Database) {
  const find = db.prepare<[string, number], KeyRow>('SELECT body_hash, seq FROM idempotency_keys WHERE key = ? AND expires_at > ?');
  const keep = db.prepare('INSERT OR REPLACE INTO idempotency_keys (key, body_hash, seq, expires_at) VALUES (?, ?, ?, ?)');
  const forget = db.prepare('DELETE FROM idempotency_keys WHERE key IN (SELECT key FROM idempotency_keys WHERE expires_at <= ? LIMIT ?)');
  return {
    findKey(key: string, now: number): { bodyHash: string; seq: number; isDuplicate: boolean } | null {
      const row = find.get(key, now);
      if (!row) return null;
      const isDuplicate = row.body_hash.startsWith(duplicateMark);
      return { bodyHash: isDuplicate ? row.body_hash.slice(duplicateMark.length) : row.body_hash, seq: row.seq, isDuplicate };
    },
    keepKey({ key, bodyHash }: { key: string; bodyHash: string }, seq: number, isDuplicate: boolean, expiresAt: number): void {
      keep.run(key, isDuplicate ? duplicateMark + bodyHash : bodyHash, seq, expiresAt);
    },
    /** @returns how many were forgotten */
    forgetExpired: (now: number, limit: number) => forget.run(now, limit).changes,
  };
}
