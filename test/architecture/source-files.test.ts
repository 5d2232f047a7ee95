import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sourceFiles } from '../../scripts/lib/import-rules.mjs';

const root = join(import.meta.dirname, '../..');
const mostLines = 400;

type SourceFile = { path: string; text: string };

const files: SourceFile[] = sourceFiles(root).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

const isTooLong = ({ text }: SourceFile) => text.trimEnd().split('\n').length > mostLines;

/** A module that only passes on what others export. */
function isBarrel({ text }: SourceFile): boolean {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').trim();
  return code !== '' && code.replaceAll(/export\s+(type\s+)?(\*(\s+as\s+\w+)?|\{[^}]*\})\s+from\s+['"][^'"]+['"];?/g, '').trim() === '';
}

function isBadlyNamed({ path }: SourceFile): boolean {
  const name = basename(path).replace(/(\.(test|spec|d))?\.(ts|tsx|mjs|js)$/, '');
  return !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || /(^|-)(utils?|helpers?|common|manager|misc)(-|$)/.test(name);
}

const pathsOf = (found: SourceFile[]) => found.map(({ path }) => path);

describe('source files', () => {
  it('are found at all', () => {
    expect(pathsOf(files)).toContain('contract/states.ts');
    expect(pathsOf(files)).toContain('scripts/lib/import-rules.mjs');
  });

  it(`have at most ${mostLines} lines outside of tests and benchmarks`, () => {
    expect(pathsOf(files.filter((file) => !/^(test|bench)\//.test(file.path) && isTooLong(file)))).toEqual([]);
    expect(isTooLong({ path: 'planted.ts', text: 'x\n'.repeat(mostLines + 1) })).toBe(true);
    expect(isTooLong({ path: 'planted.ts', text: 'x\n'.repeat(mostLines) })).toBe(false);
  });

  it('hold something of their own rather than only passing on what others export', () => {
    expect(pathsOf(files.filter(isBarrel))).toEqual([]);
    expect(isBarrel({ path: 'planted.ts', text: "/** All of it. */\nexport * from './a.ts';\nexport { b, c } from './b.ts';\n" })).toBe(
      true,
    );
    expect(isBarrel({ path: 'planted.ts', text: "export * from './a.ts';\nexport const own = 1;\n" })).toBe(false);
  });

  it('are named in kebab-case for what they do', () => {
    expect(pathsOf(files.filter(isBadlyNamed))).toEqual([]);
    expect(isBadlyNamed({ path: 'engine/jobUtils.ts', text: '' })).toBe(true);
    expect(isBadlyNamed({ path: 'engine/job-helpers.ts', text: '' })).toBe(true);
    expect(isBadlyNamed({ path: 'test/unit/job-list.test.ts', text: '' })).toBe(false);
  });
});
