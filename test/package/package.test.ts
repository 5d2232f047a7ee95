import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const shell = process.platform === 'win32';

let folder: string;
let tarball: string;
let files: string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, shell });
  const answer: unknown = JSON.parse(stdout);
  const [packed] = Object.values(answer as Record<string, { filename: string; files: { path: string }[] }>);
  tarball = join(folder, packed?.filename ?? '');
  files = packed?.files.map(({ path }) => path) ?? [];
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('holds every process, the window, the migrations and the launcher', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'package.json',
        'scripts/switchyard.mjs',
        'out/main/engine.js',
        'out/main/thread.js',
        'out/main/lab-runner.js',
        'out/main/reader-thread.js',
        'out/main/cli.js',
        'out/main/electron.js',
        'out/main/task.js',
        'out/types/task.d.ts',
        'out/preload/preload.cjs',
        'out/renderer/index.html',
      ]),
    );
    expect(files.filter((file) => /^out\/main\/migrations\/\d{4}-.*\.sql$/.test(file)).length).toBeGreaterThan(0);
  });

  it("asks for Node's modules by name alone: an import of node:http would load all of fetch", () => {
    const importing = files.filter(
      (file) => /^out\/main\/[^/]+\.js$/.test(file) && /^import [^;]* from "node:/m.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(importing).toEqual([]);
  });

  it('holds no sources, tests or tools', () => {
    expect(files.filter((file) => !/^(out|scripts|docs|examples)\/|^(LICENSE|README\.md|package\.json)$/.test(file))).toEqual([]);
    expect(files.filter((file) => /\.map$|\.built-from$/.test(file))).toEqual([]);
    expect(files.filter((file) => file.startsWith('scripts/')).sort()).toEqual([
      'scripts/lib/node-24.mjs',
      'scripts/lib/relaunch.mjs',
      'scripts/switchyard.mjs',
    ]);
  });

  it('installs into an empty folder, and its engine serves the API, runs a job and shows the window', async (context) => {
    if (!(await registryAnswers())) context.skip('the npm registry can not be reached');
    const project = join(folder, 'project');
    const home = join(folder, 'home');
    mkdirSync(project);
    await run('npm', ['init', '-y'], { cwd: project, shell });
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball], { cwd: project, shell });
    expect(existsSync(join(project, 'node_modules/switchyard/out/main/engine.js'))).toBe(true);
    const define = "import { defineTask } from 'switchyard'; console.log(defineTask({ run: () => 42 }).run());";
    expect((await run(process.execPath, ['--input-type=module', '-e', define], { cwd: project })).stdout.trim()).toBe('42');

    const env = { ...process.env, SWITCHYARD_HOME: home };
    const script = join(project, 'node_modules/switchyard/scripts/switchyard.mjs');
    const engine = spawn(process.execPath, [script, 'serve', '--port', '0'], { cwd: project, env, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(engine, 'exit');
    try {
      const lines = createInterface({ input: engine.stdout })[Symbol.asyncIterator]();
      expect((await lines.next()).value).toMatch(/^ready /);
      const window = String((await lines.next()).value).replace(/^window /, '');
      expect(await openWindow(window)).toContain('<div id="root">');

      const submit = ['submit', 'shell.run', '--payload', JSON.stringify({ command: process.execPath, args: ['-p', '6 * 7'] })];
      const { stdout } = await run('npx', ['switchyard', ...submit, '--wait', '--json'], { cwd: project, env, shell });
      expect(stdout).toContain('42');
    } finally {
      engine.kill('SIGTERM');
    }
    expect(await ended).toEqual([0, null]);
  });
});

async function registryAnswers(): Promise<boolean> {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/undici/package.json'), 'utf8')) as { version: string };
  return run('npm', ['view', `undici@${version}`, 'version', '--fetch-retries=0', '--fetch-timeout=10000'], { shell }).then(
    ({ stdout }) => stdout.trim() === version,
    () => false,
  );
}

/** As a browser opens it: the one-time address gives a cookie, and with that the page. */
async function openWindow(address: string): Promise<string> {
  const session = await fetch(address, { redirect: 'manual' });
  const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? '';
  const page = await fetch(new URL(session.headers.get('location') ?? '/', address), { headers: { cookie } });
  return page.text();
}
