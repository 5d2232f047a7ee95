import { cpus, loadavg, release, totalmem } from 'node:os';
import Database from 'better-sqlite3';

/** What a figure depends on, printed with it. */
export function machine() {
  const db = new Database(':memory:');
  const sqlite = db.prepare('SELECT sqlite_version()').pluck().get();
  db.close();
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    sqlite,
    /** Others' work at the start: past 0.5 the figures are those of a shared machine. */
    load: loadavg()[0],
    durability: 'synchronous=FULL: acknowledged means synced',
  };
}
