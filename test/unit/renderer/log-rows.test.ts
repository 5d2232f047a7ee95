import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../../contract/job.ts';
import { findRows, logText, rowsOf, spansOf } from '../../../renderer/ui/log-rows.ts';

const line = (text: string, attempt = 1): LogLine => ({ at: '2026-01-01T00:00:00.000Z', attempt, stream: 'stdout', text });

describe('the rows of a log', () => {
  it('mark where another attempt begins, and only when there are several', () => {
    expect(rowsOf([line('a'), line('b')]).map(({ kind }) => kind)).toEqual(['line', 'line']);
    expect(rowsOf([line('a'), line('b', 2), line('c', 2)]).map(({ kind }) => kind)).toEqual(['attempt', 'line', 'attempt', 'line', 'line']);
    expect(rowsOf([line('a', 3)]).map(({ kind }) => kind)).toEqual(['attempt', 'line']);
  });

  it('are found by their text whatever its case and colours', () => {
    const rows = rowsOf([line('One'), line('t\u001b[31mON\u001b[0me'), line('two', 2)]);
    expect(findRows(rows, 'one')).toEqual([1, 2]);
    expect(findRows(rows, '')).toEqual([]);
    expect(findRows(rows, 'attempt')).toEqual([]);
  });

  it('are cut into spans where the search found something', () => {
    expect(spansOf('Error: \u001b[31man error', 'error').map(({ text, found }) => [text, found])).toEqual([
      ['Error', true],
      [': ', false],
      ['an ', false],
      ['error', true],
    ]);
    expect(spansOf('plain', '')).toMatchObject([{ text: 'plain', found: false }]);
  });

  it('are copied with time and stream and without colours', () => {
    expect(logText([line('\u001b[1mbold\u001b[0m')])).toBe('2026-01-01T00:00:00.000Z stdout bold\n');
  });
});
