import { expect, test } from 'vitest';
import { failuresInARow, restartDelayMs } from '../../../electron/restart-delay.ts';

test('the delay doubles from half a second to half a minute', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 1000].map(restartDelayMs)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test('an engine that was up for a minute starts the count anew', () => {
  expect(failuresInARow(7, 59_999)).toBe(8);
  expect(failuresInARow(7, 60_000)).toBe(1);
});
