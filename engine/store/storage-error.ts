/** SQLite's codes, named once. Everything above the store knows only these kinds. */

import Database from 'better-sqlite3';

export type StorageErrorKind = 'full' | 'busy' | 'read-only' | 'corrupt' | 'io' | 'newer-schema' | 'not-ours';

export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly kind: StorageErrorKind;
  constructor(kind: StorageErrorKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

const kinds: readonly [prefix: string, kind: StorageErrorKind, meaning: string][] = [
  ['SQLITE_FULL', 'full', 'The disk is full'],
  ['SQLITE_BUSY', 'busy', 'Another program holds the database'],
  ['SQLITE_LOCKED', 'busy', 'Another program holds the database'],
  ['SQLITE_READONLY', 'read-only', 'The database cannot be written'],
  ['SQLITE_PERM', 'read-only', 'The database cannot be written'],
  ['SQLITE_CANTOPEN', 'io', 'The database cannot be opened'],
  ['SQLITE_CORRUPT', 'corrupt', 'The database is damaged'],
  ['SQLITE_NOTADB', 'corrupt', 'The file is not a database'],
  ['SQLITE_IOERR', 'io', 'The disk does not read or write'],
];

/** The storage error behind `error`, or null for anything else (a bug, which must not be hidden). */
export function storageErrorOf(error: unknown): StorageError | null {
  if (error instanceof StorageError) return error;
  if (!(error instanceof Database.SqliteError)) return null;
  const found = kinds.find(([prefix]) => error.code.startsWith(prefix));
  return found ? new StorageError(found[1], `${found[2]} (${error.code}: ${error.message})`, error) : null;
}
