/** A job, a task and a database with nothing special about them; a test says what is. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { defaultRetry } from '../../../contract/retry.ts';
import type { TaskDescription } from '../../../contract/thread.ts';
import type { CatalogEntry } from '../../../engine/queue/catalog.ts';
import type { JobRow } from '../../../engine/store/job-row.ts';
import { openReader, openWriter } from '../../../engine/store/open.ts';

/** 2026-01-31T09:30:00.000Z */
export const start = Date.UTC(2026, 0, 31, 9, 30);

/** Runs for the first time. */
export function plainRow(changes: Partial<JobRow> = {}): JobRow {
  return {
    ...{ seq: 1, nonce: 0, created_at: start, state: 'executing', task: 'shell.run', queue: 'default', mode: 'async', lane: 'cpu' },
    ...{ priority: 0, attempt: 1, max_attempts: 5, budget: 5, crashes: 0, run_at: start, started_at: start, finished_at: null },
    ...{ timeout_ms: 60_000, unique_key: null, workflow_id: null, tags: '[]', retry: JSON.stringify({ ...defaultRetry, jitter: 0 }) },
    ...{ first_started_at: start, deadline_ms: null, deadline_at: null, concurrency_key: null, unique_scope: null, circuit: null },
    ...{
      progress: null,
      decision: null,
      error: null,
      payload: '{}',
      first_payload: null,
      optimistic: null,
      result: null,
      schedule_slot: null,
      fingerprint: null,
      result_bytes: null,
      notify: null,
    },
    ...{ purpose: 'run', on_failure: null, compensates: null, compensation: null, compensated_by: null },
    ...changes,
  };
}

export function plainEntry(description: Partial<TaskDescription> = {}, changes: Partial<CatalogEntry> = {}): CatalogEntry {
  return {
    ...{ name: 'shell.run', module: { kind: 'built-in', name: 'shell.run' }, source: 'built-in', error: null, check: () => [] },
    description: {
      ...{ title: '', description: '', lane: 'cpu', input: {}, result: {}, timeoutMs: null, retry: {}, declares: {}, examples: [] },
      ...{ hasPredict: false, hasRollback: false, concurrency: null, concurrencyPerKey: 1, circuit: null },
      ...description,
    },
    ...changes,
  };
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-unit-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The real database of an engine, and a connection as the reader's thread has it; both closed after the test. */
export function temporaryDatabase(): { writer: Database; reader: Database } {
  const file = join(temporaryFolder(), 'switchyard.db');
  const writer = openWriter(file);
  const reader = openReader(file);
  onTestFinished(() => {
    reader.close();
    writer.close();
  });
  return { writer, reader };
}
