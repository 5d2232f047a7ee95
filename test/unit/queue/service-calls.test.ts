import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../../engine/queue/lanes.ts';
import { circuitAfter, circuitOf, wordOf } from '../../../engine/queue/service-calls.ts';
import { plainEntry } from '../engine/plain-job.ts';

const byAddress = { originOf: '/url', faults: ['NetworkError', 'ECONNREFUSED'] };

describe('the circuit of a payload', () => {
  test.each([
    [{ url: 'https://user:secret@Example.com:443/a?b#c' }, 'https://example.com'],
    [{ url: 'http://127.0.0.1:8080/' }, 'http://127.0.0.1:8080'],
    [{ url: 'mailto:someone@example.com' }, null],
    [{ url: 'no address' }, null],
    [{ url: 7 }, null],
    [{ url: `https://${'a.'.repeat(200)}example` }, null],
    [{}, null],
  ])('%j: %s', (payload, circuit) => expect(circuitOf(byAddress, payload)).toBe(circuit));

  test('is found where the pointer points, and nowhere on the way', () => {
    const payload = { 'a/b': { '~c': 'https://one.example/x' } };
    expect(circuitOf({ originOf: '/a~1b/~0c', faults: ['x'] }, payload)).toBe('https://one.example');
    expect(circuitOf({ originOf: '/a/b', faults: ['x'] }, payload)).toBeNull();
    expect(circuitOf({ originOf: '/constructor/name', faults: ['x'] }, payload)).toBeNull();
  });

  test('is the name that its task gives', () => {
    expect(circuitOf({ name: 'mail', faults: ['x'] }, {})).toBe('mail');
    expect(circuitOf(null, { url: 'https://example.com' })).toBeNull();
  });

  test('follows a payload that is changed, unless its task is not known now', () => {
    const row = { payload: '{"url":"https://a.example"}', circuit: 'https://a.example' };
    const moved = '{"url":"https://b.example"}';
    expect(circuitAfter(row, moved, plainEntry({ circuit: byAddress }))).toBe('https://b.example');
    expect(circuitAfter(row, moved, undefined)).toBe('https://a.example');
    expect(circuitAfter(row, row.payload, plainEntry())).toBe('https://a.example');
  });
});

describe('the end of a run', () => {
  const error = (name: string, code?: string) => ({ name, message: 'm', ...(code === undefined ? {} : { code }) });
  const cases: [string, RunResult, string | null][] = [
    ['a success', { kind: 'succeeded', result: 'null' }, 'answered'],
    ['an error that is named', { kind: 'failed', error: error('NetworkError') }, 'fault'],
    ['an error whose code is named', { kind: 'failed', error: error('Error', 'ECONNREFUSED') }, 'fault'],
    ['an error for good that is named', { kind: 'failed-for-good', error: error('NetworkError') }, 'fault'],
    ['another error', { kind: 'failed', error: error('TypeError') }, 'answered'],
    ['another error for good', { kind: 'failed-for-good', error: error('Error') }, 'answered'],
    ['a time-out that is not named', { kind: 'aborted', reason: 'timed-out', error: null }, null],
    ['a cancel', { kind: 'aborted', reason: 'cancelled', error: null }, null],
    ['a snooze', { kind: 'snoozed', ms: 5 }, null],
    ['a crash', { kind: 'crashed', error: error('ThreadCrashed'), blame: 1 }, null],
    ['a neighbour’s end', { kind: 'interrupted' }, null],
  ];
  test.each(cases)('%s says of the service: %3$s', (_, result, word) => {
    expect(wordOf(result, byAddress)?.kind ?? null).toBe(word);
    expect(wordOf(result, null)).toBeNull();
  });

  test('by a time-out that is named is a fault', () => {
    expect(wordOf({ kind: 'aborted', reason: 'timed-out', error: null }, { name: 'mail', faults: ['TimedOut'] })).toMatchObject({
      kind: 'fault',
      error: { name: 'TimedOut' },
    });
  });
});
