import { describe, expect, test } from 'vitest';
import { type JobRow, jobOf } from '../../../engine/store/job-row.ts';
import { jobTextOf } from '../../../engine/store/job-text.ts';
import { plainRow, start } from './plain-job.ts';

const awkward = 'a "quoted" \\ text\n\u2028 with é and \u{1f600}';
const error = { name: 'Error', message: awkward, code: 'E1', details: { deep: [1, null] } };

/** Deeper than JSON.stringify can write. */
const deep = '['.repeat(50_000) + ']'.repeat(50_000);

const rows: Record<string, Partial<JobRow>> = {
  'that has just come': { state: 'available', attempt: 0, started_at: null, first_started_at: null },
  'that runs': { progress: JSON.stringify({ percent: 40.5, message: awkward }) },
  'that has ended well': {
    state: 'completed',
    finished_at: start + 7,
    result: JSON.stringify({ text: awkward, list: [1.5, -1e21, true] }),
  },
  'that died': { state: 'dead', finished_at: start + 7, error: JSON.stringify(error), fingerprint: 'f"1' },
  'with all that callers give': {
    ...{ tags: JSON.stringify([awkward, 'b']), unique_key: awkward, concurrency_key: awkward, priority: -100 },
    ...{ payload: JSON.stringify({ text: awkward, 7: 1 }), optimistic: JSON.stringify(awkward) },
    ...{ deadline_ms: 60_000, deadline_at: start + 60_000, workflow_id: '0190-w', circuit: 'https://a.example' },
    decision: JSON.stringify({ mode: 'wait', reason: awkward, p95Ms: null, samples: 0, waitMs: 1_000 }),
  },
  'with something to make up for it': { on_failure: JSON.stringify({ task: 'undo', payload: { a: 1 } }) },
  'with a rollback of its task': { on_failure: JSON.stringify({ rollback: true }) },
  'that makes up for another': { purpose: 'rollback', compensates: JSON.stringify({ jobId: 'x' }) },
  'that was made up for': { state: 'dead', finished_at: start, compensation: 'compensated', compensated_by: 'y' },
  'whose end is told, without the secrets of it': {
    notify: JSON.stringify([{ type: 'webhook', url: 'https://a.example', on: ['dead'], secret: 'whsec_x' }]),
  },
  'with another payload than it came with': { payload: '{"a":2}', first_payload: '{"a":1}' },
  'of a schedule': { schedule_slot: '0190-s@000001769851800000' },
  'with a result so deep that it is shown as text': { state: 'completed', finished_at: start, result: deep },
  'with a promise so deep that it is shown as text': { optimistic: deep },
  'with a result in a file': { state: 'completed', finished_at: start, result_bytes: 2_000_000 },
};

describe('the text of a job', () => {
  test.each(Object.entries(rows))('%s is that of the object', (_name, changes) => {
    const row = plainRow(changes);
    expect(jobTextOf(row)).toBe(JSON.stringify(jobOf(row)));
  });
});
