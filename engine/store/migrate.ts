import { readdirSync, readFileSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { errorFingerprint, errorSample } from './error-fingerprint.ts';
import { StorageError } from './storage-error.ts';

/** Marks a database file as ours ("SWYD"), as in SQLite's `application_id`. */
const applicationId = 0x53575944;

const folder = new URL('./migrations/', import.meta.url);

type Migration = { number: number; name: string };

export function listMigrations(): Migration[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name))
    .sort()
    .map((name) => ({ number: Number(name.slice(0, 4)), name }));
}

/**
 * To be asked before anything is set on the connection: already the switch to a write-ahead log is written into the file.
 * @throws StorageError newer-schema, not-ours: the file is left as it was.
 */
export function refuseForeign(db: Database): void {
  const newest = listMigrations().at(-1)?.number ?? 0;
  const version = versionOf(db);
  const id = db.pragma('application_id', { simple: true }) as number;
  const empty = db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (!empty && id !== applicationId)
    throw new StorageError('not-ours', `${db.name} is a database of another program. Move it away or choose another home.`);
  if (version > newest) {
    throw new StorageError(
      'newer-schema',
      `${db.name} was written by a newer Switchyard (schema ${version}, this one knows ${newest}). Nothing was changed. Start the newer version.`,
    );
  }
}

/** Brings the database to the newest schema, each step in a transaction of its own. */
export function migrate(db: Database): void {
  const version = versionOf(db);
  const text = (value: unknown) => (value === null ? null : String(value));
  db.function('error_fingerprint', { deterministic: true }, (task, error) => errorFingerprint(String(task), text(error)));
  db.function('error_sample', { deterministic: true }, (error) => errorSample(text(error)));
  for (const { number, name } of listMigrations().filter((migration) => migration.number > version)) {
    const sql = readFileSync(new URL(name, folder), 'utf8');
    db.transaction(() => {
      db.exec(sql);
      db.pragma(`application_id = ${applicationId}`);
      db.pragma(`user_version = ${number}`);
    }).immediate();
  }
}

function versionOf(db: Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}
