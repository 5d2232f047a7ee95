import type { Database } from 'better-sqlite3';

type KeyRow = { body_hash: string; seq: number };

export function prepareIdempotency(db: Database) {
  const find = db.prepare<[string, number], KeyRow>('SELECT body_hash, seq FROM idempotency_keys WHERE key = ? AND expires_at > ?');
  const keep = db.prepare('INSERT OR REPLACE INTO idempotency_keys (key, body_hash, seq, expires_at) VALUES (?, ?, ?, ?)');
  const forget = db.prepare('DELETE FROM idempotency_keys WHERE key IN (SELECT key FROM idempotency_keys WHERE expires_at <= ? LIMIT ?)');
  return {
    findKey: (key: string, now: number) => find.get(key, now) ?? null,
    keepKey: (key: string, bodyHash: string, seq: number, expiresAt: number) => keep.run(key, bodyHash, seq, expiresAt),
    /** @returns how many were forgotten */
    forgetExpired: (now: number, limit: number) => forget.run(now, limit).changes,
  };
}
