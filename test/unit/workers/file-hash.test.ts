import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, linkSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { expectKind, openThread, resultValue } from './test-thread.ts';

const thread = openThread(afterAll);
const hash = { kind: 'built-in', name: 'file.hash' } as const;

type Result = { files: { path: string; bytes: number; digest: string }[] };

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'switchyard-hash-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

it.each(['sha256', 'sha512', 'blake2b512'])('A file has the digest that other tools compute: %s', async (algorithm) => {
  const path = folder();
  const content = Buffer.alloc(3_000_000, 'ab');
  writeFileSync(join(path, 'data'), content);
  const { run, result } = thread.start(hash, { paths: [join(path, 'data')], algorithm });
  const digest = createHash(algorithm).update(content).digest('hex');
  expect(resultValue(await result)).toEqual({ files: [{ path: join(path, 'data'), bytes: content.length, digest }] });
  expect(thread.progress(run).at(-1)).toMatchObject({ percent: 100 });
  expect(thread.lines(run).at(-1)).toContain(digest);
});

it('Folders are walked in the order of names, without links and what is no file', async () => {
  const path = folder();
  mkdirSync(join(path, 'b'));
  for (const name of ['b/2', 'b/10', 'a', 'Z', 'c']) writeFileSync(join(path, name), name);
  symlinkSync('/etc', join(path, 'link-to-folder'));
  symlinkSync(path, join(path, 'b', 'link-to-itself'));
  execFileSync('mkfifo', [join(path, 'pipe')]);
  const { run, result } = thread.start(hash, { paths: [join(path, 'c'), path] });
  expect((resultValue(await result) as Result).files.map((file) => file.path.slice(path.length + 1))).toEqual([
    'c',
    'Z',
    'a',
    'b/10',
    'b/2',
    'c',
  ]);
  expect(thread.lines(run)).toContain('2 links were left out: links in folders are not followed');
  expect(thread.lines(run)).toContain('1 things that are no files (pipes, sockets, devices) were left out');
});

it('The files on which the engine holds locks are not opened, by whatever name', async () => {
  const path = folder();
  for (const name of ['switchyard.db', 'switchyard.db-wal', 'engine.lock', 'token']) writeFileSync(join(thread.home, name), name);
  linkSync(join(thread.home, 'switchyard.db'), join(path, 'linked'));
  symlinkSync(join(thread.home, 'engine.lock'), join(path, 'link'));
  const { run, result } = thread.start(hash, { paths: [path, thread.home] });
  const { files } = resultValue(await result) as Result;
  expect(files.map((file) => file.path)).toEqual([join(thread.home, 'token')]);
  expect(thread.lines(run)).toContain('4 files that the engine of this job holds open were left out');
  for (const named of [join(path, 'link'), join(thread.home, 'switchyard.db-wal')]) {
    const { error } = expectKind(await thread.result(hash, { paths: [named] }), 'failed-for-good');
    expect(error.message).toContain('belongs to the engine');
  }
});

it('A link that is named itself is followed', async () => {
  const path = folder();
  writeFileSync(join(path, 'target'), 'x');
  symlinkSync(join(path, 'target'), join(path, 'link'));
  expect(resultValue(await thread.result(hash, { paths: [join(path, 'link')] }))).toMatchObject({
    files: [{ path: join(path, 'link'), bytes: 1 }],
  });
});

it.each([
  ['relative', 'data', /paths\[0\]: "data" is a relative path/],
  ['not there', '/no/such/file', /\/no\/such\/file does not exist/],
  ['a device', '/dev/zero', /neither a file nor a folder/],
])('A path that is %s fails for good', async (_, path, message) => {
  expect(expectKind(await thread.result(hash, { paths: [path] }), 'failed-for-good').error.message).toMatch(message);
});

it('More files than a result can hold are refused before they are read', async () => {
  const path = folder();
  for (let n = 0; n < 3500; n += 1) writeFileSync(join(path, `${n}-${'x'.repeat(200)}`), '');
  const { error } = expectKind(await thread.result(hash, { paths: [path] }), 'failed-for-good');
  expect(error.message).toMatch(/more files than a result can hold/);
});

it('An abort ends it in the middle of a file', async () => {
  const path = join(folder(), 'sparse');
  const file = openSync(path, 'w');
  ftruncateSync(file, 200_000_000_000);
  closeSync(file);
  const { run, result } = thread.start(hash, { paths: [path] });
  await thread.until(() => thread.progress(run)[0]);
  thread.send({ type: 'abort', run, reason: 'timed-out' });
  expect(await result).toEqual({ kind: 'aborted', reason: 'timed-out', error: null });
});
