import type { Database } from 'better-sqlite3';
import type { LogLine, LogStream } from '../../contract/job.ts';
import { timeOf } from './job-row.ts';

export type LogRow = { line: number; at: number; attempt: number; stream: LogStream; text: string };

export type LogStore = ReturnType<typeof prepareLogs>;

export function prepareLogs(db: Database) {
  const insert = db.prepare('INSERT INTO logs (seq, line, at, attempt, stream, text) VALUES (?, ?, ?, ?, ?, ?)');
  const last = db.prepare<[number], number>('SELECT max(line) FROM logs WHERE seq = ?').pluck();
  const after = db.prepare<[number, number, number], LogRow>(
    'SELECT line, at, attempt, stream, text FROM logs WHERE seq = ? AND line > ? ORDER BY line LIMIT ?',
  );
  const first = db.prepare<[number], number>('SELECT min(line) FROM logs WHERE seq = ?').pluck();
  const drop = db.prepare('DELETE FROM logs WHERE seq = ? AND line <= ?');
  const bytes = db.prepare<[number], number>('SELECT coalesce(sum(octet_length(text)), 0) FROM logs WHERE seq = ?').pluck();
  const sizes = db.prepare<[number], { line: number; bytes: number }>(
    'SELECT line, octet_length(text) AS bytes FROM logs WHERE seq = ? ORDER BY line',
  );
  const tail = db.prepare<[number, number], LogRow>(
    'SELECT line, at, attempt, stream, text FROM logs WHERE seq = ? ORDER BY line DESC LIMIT ?',
  );

  return {
    appendLine: (seq: number, row: LogRow) => insert.run(seq, row.line, row.at, row.attempt, row.stream, row.text),
    /** 0 for a job without a log; lines count from 1. */
    lastLine: (seq: number) => last.get(seq) ?? 0,
    /** How many of a job's first lines are no longer kept. */
    droppedLines: (seq: number) => Math.max(0, (first.get(seq) ?? 1) - 1),
    /** Of the texts that are kept, in UTF-8. Reads all of them: at most what a job may keep. */
    bytesOf: (seq: number) => bytes.get(seq) ?? 0,
    /** Each line's size, the oldest first. */
    lineSizes: (seq: number) => sizes.iterate(seq),
    dropLinesUpTo: (seq: number, line: number) => drop.run(seq, line),
    linesAfter: (seq: number, line: number, limit: number) => after.all(seq, line, limit),
    lastLines: (seq: number, limit: number) => tail.all(seq, limit).reverse(),
  };
}

export function logLineOf(row: LogRow): LogLine {
  return { at: timeOf(row.at), attempt: row.attempt, stream: row.stream, text: row.text };
}
