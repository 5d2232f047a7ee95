import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Ballast, ballastBytes } from '../../engine/store/ballast.ts';

let folder: string;
let file: string;
let now: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-ballast-'));
  file = join(folder, 'ballast');
  now = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the ballast', () => {
  test('takes up real room from the start', () => {
    const ballast = new Ballast(file, () => now);
    expect(statSync(file).size).toBe(ballastBytes);
    expect(statSync(file).blocks * 512).toBeGreaterThanOrEqual(ballastBytes);
    expect(ballast.isMissing()).toBe(false);
  });

  test('gives it up at once, and comes back a moment later when there is room', () => {
    const ballast = new Ballast(file, () => now);
    ballast.drop();
    expect(existsSync(file)).toBe(false);
    expect(ballast.isMissing()).toBe(true);
    now += 1_000;
    expect(ballast.isMissing()).toBe(false);
    expect(statSync(file).size).toBe(ballastBytes);
  });

  test('waits again after each time that the disk was full', () => {
    const ballast = new Ballast(file, () => now);
    ballast.drop();
    now += 900;
    ballast.drop();
    now += 900;
    expect(ballast.isMissing()).toBe(true);
    now += 100;
    expect(ballast.isMissing()).toBe(false);
  });

  test('is not missed where there never was any', () => {
    const ballast = new Ballast(join(folder, 'no-such-folder', 'ballast'), () => now);
    ballast.drop();
    expect(ballast.isMissing()).toBe(false);
  });
});
