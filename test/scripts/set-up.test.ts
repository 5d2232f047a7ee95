import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { isBuilt, sourceStamp, writeStamp } from '../../scripts/lib/build-stamp.mjs';
import { whyInstall } from '../../scripts/lib/install.mjs';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-set-up-'));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true }));
});

function write(path: string, text = '', at?: Date): void {
  mkdirSync(join(folder, dirname(path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  if (at) utimesSync(join(folder, path), at, at);
}

describe('an install is needed', () => {
  const [earlier, later] = [new Date('2026-01-01'), new Date('2026-01-02')];

  it('when there are no packages, or an install was interrupted before npm wrote its own lock', () => {
    write('package-lock.json');
    expect(whyInstall(folder)).toContain('not installed');
    write('node_modules/zod/package.json');
    expect(whyInstall(folder)).toContain('not installed');
  });

  it('when the lock file is newer than what is installed, and not otherwise', () => {
    write('package-lock.json', '', later);
    write('node_modules/.package-lock.json', '', earlier);
    expect(whyInstall(folder)).toContain('newer');
    write('node_modules/.package-lock.json', '', later);
    expect(whyInstall(folder)).toBeNull();
  });
});

describe('a build', () => {
  beforeEach(() => {
    write('engine/main.ts', 'one');
    write('engine/store/open.ts', 'two');
    writeStamp(folder, sourceStamp(folder));
  });

  it('stands while no source changes', () => {
    write('README.md', 'not a source');
    expect(isBuilt(folder)).toBe(true);
  });

  it('is missing when out/ is gone', () => {
    rmSync(join(folder, 'out'), { recursive: true });
    expect(isBuilt(folder)).toBe(false);
  });

  it.each<[string, () => void]>([
    ['is edited', () => write('engine/store/open.ts', 'three')],
    ['is added', () => write('renderer/main.tsx', 'new')],
    ['is deleted', () => rmSync(join(folder, 'engine/store/open.ts'))],
    ['is renamed', () => renameSync(join(folder, 'engine/store/open.ts'), join(folder, 'engine/store/shut.ts'))],
    ['is put back with an old time', () => write('engine/main.ts', 'old', new Date('2020-01-01'))],
  ])('is out of date when a source %s', (_, change) => {
    change();
    expect(isBuilt(folder)).toBe(false);
  });

  it('is out of date when a source changed while it ran', () => {
    const before = sourceStamp(folder);
    write('engine/main.ts', 'changed meanwhile');
    writeStamp(folder, before);
    expect(isBuilt(folder)).toBe(false);
  });
});
