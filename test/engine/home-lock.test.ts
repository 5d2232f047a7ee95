import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lockHome } from '../../engine/store/open.ts';

function lockFile(): string {
  const home = mkdtempSync(join(tmpdir(), 'switchyard-lock-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  return join(home, 'lock');
}

test('a lock that is freed while it is asked for is taken', () => {
  const file = lockFile();
  const free = lockHome(file);
  let pauses = 0;
  const second = lockHome(file, () => {
    if (++pauses === 2) free?.();
  });
  expect(second).not.toBeNull();
  expect(pauses).toBe(2);
  expect(lockHome(file, () => {})).toBeNull();
  second?.();
});

test('a lock that stays taken is asked for five times', () => {
  const file = lockFile();
  const free = lockHome(file);
  let pauses = 0;
  expect(lockHome(file, () => pauses++)).toBeNull();
  expect(pauses).toBe(4);
  free?.();
  const again = lockHome(file, () => expect.fail('it was free'));
  expect(again).not.toBeNull();
  again?.();
});
