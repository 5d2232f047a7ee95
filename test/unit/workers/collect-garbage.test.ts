import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const file = new URL('../../../workers/collect-garbage.ts', import.meta.url).href;

test('garbage is collected without a word of V8 about flags that it no longer has, and without leaving its door open', () => {
  const script = `
    import { collectGarbage } from '${file}';
    let garbage = { large: new Array(1e6).fill(0) };
    const watched = new WeakRef(garbage);
    garbage = null;
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    console.log(watched.deref() === undefined, typeof globalThis.gc);`;
  // What V8 says of a flag goes to standard error, beside what a process prints itself.
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script, '--'], { encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({ stdout: 'true undefined\n', stderr: '' });
});
