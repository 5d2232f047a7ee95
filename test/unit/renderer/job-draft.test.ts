import { describe, expect, it } from 'vitest';
import { draftOf, patchOf } from '../../../renderer/features/job/job-draft.ts';

const job = { priority: 0, queue: 'default', runAt: '2026-01-31T09:30:15.250Z', tags: ['a'], payload: { command: 'true' } };
const start = draftOf(job);

describe('editing a job', () => {
  it('changes nothing as long as nothing differs', () => {
    expect(patchOf(start, draftOf(job))).toBeNull();
    expect(patchOf(start, { ...start, tags: ['a'] })).toBeNull();
  });

  it('sends what differs and nothing else', () => {
    expect(patchOf(start, { ...start, priority: 7 })).toEqual({ priority: 7 });
    expect(patchOf(start, { ...start, queue: 'mail', tags: [] })).toEqual({ queue: 'mail', tags: [] });
    expect(patchOf(start, { ...start, payload: '{"command": "false"}' })).toEqual({ payload: { command: 'false' } });
  });

  it('reads the time as local and sends it as UTC', () => {
    const local = new Date(2027, 4, 6, 7, 8, 9);
    expect(patchOf(start, { ...start, runAt: '2027-05-06T07:08:09' })).toEqual({ runAt: local.toISOString() });
    expect(new Date(start.runAt).toISOString()).toBe('2026-01-31T09:30:15.000Z');
  });

  it('waits for what is half typed', () => {
    expect(patchOf(start, { ...start, priority: null })).toBeNull();
    expect(patchOf(start, { ...start, runAt: '' })).toBeNull();
    expect(patchOf(start, { ...start, payload: '{"command": ' })).toBeNull();
    expect(patchOf(start, { ...start, payload: '[1]' })).toBeNull();
  });
});
