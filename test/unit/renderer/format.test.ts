import { expect, test } from 'vitest';
import { formatBytes, formatDuration, formatRate, formatShort, formatSpan } from '../../../renderer/ui/format.ts';

test.each([
  [-5, '0 ms'],
  [0.4, '<1 ms'],
  [850, '850 ms'],
  [999.7, '1.0 s'],
  [12_400, '12.4 s'],
  [59_960, '1 min'],
  [200_000, '3 min 20 s'],
  [7_500_000, '2 h 5 min'],
  [86_400_000, '1 d'],
  [4 * 86_400_000 + 3 * 3_600_000, '4 d 3 h'],
])('%d ms is %s', (ms, words) => {
  expect(formatDuration(ms)).toBe(words);
});

test.each([
  [999, 'now'],
  [12_000, '12s'],
  [3_600_000, '1h'],
])('%d ms in a narrow column is %s', (ms, words) => {
  expect(formatSpan(ms)).toBe(words);
});

test.each([
  [512, '512 B'],
  [1023.9, '1.0 KiB'],
  [3_565_158, '3.4 MiB'],
  [125_829_120, '120 MiB'],
])('%d bytes are %s', (bytes, words) => {
  expect(formatBytes(bytes)).toBe(words);
});

test('counts are exact until there is no room for them', () => {
  expect(formatShort(99_999)).toBe('99,999');
  expect(formatShort(123_456)).toBe('123k');
  expect(formatShort(3_499_999)).toBe('3.4M');
  expect(formatRate(0)).toBe('0/s');
  expect(formatRate(4.25)).toBe('4.3/s');
  expect(formatRate(1234.4)).toBe('1,234/s');
});
