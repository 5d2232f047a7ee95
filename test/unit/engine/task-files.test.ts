import { mkdirSync, renameSync, rmSync, statSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { TaskFiles } from '../../../engine/queue/task-files.ts';
import { temporaryFolder } from './plain-job.ts';

function taskFolder(...names: string[]) {
  const home = temporaryFolder();
  const files = new TaskFiles(join(home, 'tasks'));
  onTestFinished(() => files.close());
  const write = (name: string, text = '') => writeFileSync(join(files.folder, name), text);
  for (const name of names) write(name);
  return { home, files, write };
}

describe('the folder of tasks', () => {
  test('is made, and only its owner may look into it', () => {
    const { files } = taskFolder();
    expect(statSync(files.folder).mode & 0o777).toBe(0o700);
    expect(files.list()).toEqual([]);
  });

  test('holds a task for each file whose name a task may have', () => {
    const { files } = taskFolder(
      'resize.ts',
      'mail.js',
      'a.b-c_1.mjs',
      'notes.md',
      '.hidden.js',
      '#mail.js#',
      'mail.js~',
      'two words.js',
      'data.json',
    );
    expect(files.list().map(({ name }) => name)).toEqual(['a.b-c_1', 'mail', 'resize']);
  });

  test('that is gone holds none', () => {
    const { files } = taskFolder('mail.js');
    rmSync(files.folder, { recursive: true });
    expect([files.list(), files.find('mail')]).toEqual([[], null]);
  });

  test('may hold links that lead nowhere or in a circle, beside tasks that work', () => {
    const { files } = taskFolder('mail.js');
    symlinkSync('missing.js', join(files.folder, 'gone.js'));
    symlinkSync('circle.js', join(files.folder, 'circle.js'));
    mkdirSync(join(files.folder, 'folder.js'));
    expect(files.list().map(({ name }) => name)).toEqual(['mail']);
  });
});

describe('a task’s file', () => {
  test('is looked for as .ts, then .mjs, then .js', () => {
    const { files } = taskFolder('mail.js', 'mail.mjs', 'mail.ts');
    const found = () => files.find('mail')?.path.split('.').at(-1);
    const seen = [found()];
    for (const extension of ['ts', 'mjs', 'js']) {
      unlinkSync(join(files.folder, `mail.${extension}`));
      seen.push(found());
    }
    expect(seen).toEqual(['ts', 'mjs', 'js', undefined]);
    expect(files.list()).toEqual([]);
  });

  test('is listed once, under the file that is used', () => {
    const { files } = taskFolder('mail.js', 'mail.ts');
    expect(files.list()).toEqual([files.find('mail')]);
  });

  test.each([
    ['a path upwards', '../outside'],
    ['a path downwards', 'sub/inside'],
    ['an absolute path', '/etc/hosts'],
    ['a folder', '..'],
    ['a zero byte', 'null\0byte'],
    ['a very long name', 'x'.repeat(5000)],
    ['nothing', ''],
  ])('is not found by %s', (_, name) => {
    const { home, files } = taskFolder();
    writeFileSync(join(home, 'outside.js'), 'export default {}');
    mkdirSync(join(files.folder, 'sub'));
    writeFileSync(join(files.folder, 'sub', 'inside.js'), 'export default {}');
    expect(files.find(name)).toBeNull();
  });

  test('is another version when its content changes, though its size and time stay', () => {
    const { files, write } = taskFolder();
    write('mail.js', 'one');
    const path = join(files.folder, 'mail.js');
    const before = files.find('mail');
    if (!before) throw new Error('not found');
    const { atime, mtime } = statSync(path);
    write('mail.js', 'two');
    utimesSync(path, atime, mtime);
    expect(files.isCurrent(before)).toBe(false);
    expect(files.find('mail')?.url).not.toBe(before.url);
  });

  test('is another version when a file takes its place, as editors save', () => {
    const { files, write } = taskFolder();
    write('mail.js', 'one');
    const before = files.find('mail');
    write('mail.js.new', 'one');
    renameSync(join(files.folder, 'mail.js.new'), join(files.folder, 'mail.js'));
    expect(before && files.isCurrent(before)).toBe(false);
  });

  test('is the same version as long as nobody touches it', () => {
    const { files } = taskFolder('mail.js');
    const [one, two] = [files.find('mail'), files.find('mail')];
    expect(one).toEqual(two);
    expect(one && files.isCurrent(one)).toBe(true);
  });

  test('that is gone is not current', () => {
    const { files } = taskFolder('mail.js');
    const before = files.find('mail');
    unlinkSync(join(files.folder, 'mail.js'));
    expect(before && files.isCurrent(before)).toBe(false);
  });
});

describe('a change in the folder', () => {
  test('is told once the writing has settled, however many steps it took', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { files, write } = taskFolder();
    let told = 0;
    files.watch(() => {
      told++;
    });
    const noticed = async () => {
      while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
    };
    for (let step = 0; step < 50; step++) write('mail.js', String(step));
    await noticed();
    expect(vi.getTimerCount()).toBe(1);
    expect(told).toBe(0);
    vi.runAllTimers();
    expect(told).toBe(1);
    unlinkSync(join(files.folder, 'mail.js'));
    await noticed();
    vi.runAllTimers();
    expect(told).toBe(2);
  });

  test('is no longer told once nobody looks', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { files, write } = taskFolder();
    files.watch(() => {
      throw new Error('it was told');
    });
    write('mail.js');
    while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
    files.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
