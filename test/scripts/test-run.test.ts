import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { endProcesses, leftoverProcesses } from '../../scripts/lib/leftover-processes.mjs';
import { codeFolders, readPlan, stepNames } from '../../scripts/lib/test-plan.mjs';
import { summarise, tally, tallyOfPlaywright, tallyOfVitest } from '../../scripts/lib/test-report.mjs';
import { runStep } from '../../scripts/lib/test-steps.mjs';

describe('what npm test runs', () => {
  it('is everything when nothing is asked for', () => {
    expect(readPlan([])).toEqual({ steps: [...stepNames], folders: codeFolders });
  });

  it('is the named parts, in the order of the whole', () => {
    expect(readPlan(['--only', 'browser,lint'])).toEqual({ steps: ['lint', 'browser'], folders: [] });
    expect(readPlan(['--only=code'])).toEqual({ steps: ['code'], folders: codeFolders });
    expect(readPlan(['--only', 'api,types,unit'])).toEqual({ steps: ['types', 'code'], folders: ['unit', 'api'] });
  });

  it.each([[['--only']], [['--only', '']], [['--only', 'lint,everything']], [['lint']]])('is refused for %j', (args) => {
    expect(readPlan(args)).toHaveProperty('problem');
  });
});

describe('the counts of a run', () => {
  const vitestReport = (numPassedTests: number, numFailedTests: number, skipped: string[] = []) => ({
    numPassedTests,
    numFailedTests,
    testResults: [
      {
        assertionResults: [{ status: 'passed', fullName: 'works' }, ...skipped.map((fullName) => ({ status: 'pending', fullName }))],
      },
    ],
  });

  it('are those of vitest, with the name of what was skipped', () => {
    expect(tallyOfVitest(vitestReport(5, 2, ['a queue waits']), 1)).toEqual({
      passed: 5,
      failed: 2,
      skipped: 1,
      notes: ['skipped: a queue waits'],
    });
  });

  it('are those of Playwright, with the reason of what was skipped and a flaky test as a failure', () => {
    const spec = (title: string, status: string, annotations: object[] = []) => ({ title, tests: [{ status, annotations }] });
    const report = {
      stats: { expected: 3, unexpected: 1, flaky: 1, skipped: 1 },
      suites: [{ specs: [], suites: [{ specs: [spec('shows a tray', 'skipped', [{ type: 'skip', description: 'no tray here' }])] }] }],
    };
    expect(tallyOfPlaywright(report, 1)).toEqual({ passed: 3, failed: 2, skipped: 1, notes: ['skipped: shows a tray: no tray here'] });
  });

  it('hold a failure when a runner fails without a failed test', () => {
    expect(tallyOfVitest(vitestReport(5, 0), 1)).toMatchObject({ passed: 5, failed: 1 });
    expect(tallyOfVitest(vitestReport(5, 0), null)).toMatchObject({ passed: 5, failed: 1 });
    expect(tallyOfVitest(null, 0)).toMatchObject({ passed: 0, failed: 1 });
    expect(tallyOfPlaywright(null, 1)).toMatchObject({ passed: 0, failed: 1 });
  });

  it('hold a failure when no test was executed', () => {
    expect(tallyOfVitest(vitestReport(0, 0, ['all of them']), 0)).toMatchObject({ failed: 1, skipped: 1 });
    const nothing = { stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0 }, suites: [] };
    expect(tallyOfPlaywright(nothing, 0)).toMatchObject({ failed: 1 });
  });

  it('add up to the last line and the exit code', () => {
    expect(summarise([tally({ passed: 1 }), tally({ passed: 20, skipped: 2 })])).toEqual({
      line: '21 passed, 0 failed, 2 skipped',
      exitCode: 0,
    });
    expect(summarise([tally({ passed: 21 }), tally({ failed: 1 })])).toEqual({ line: '21 passed, 1 failed, 0 skipped', exitCode: 1 });
    expect(summarise([tally({ skipped: 3 })]).exitCode).toBe(1);
    expect(summarise([]).exitCode).toBe(1);
  });
});

describe('a step', () => {
  it('that can not run is a failure that is shown, and the run goes on', async () => {
    const root = mkdtempSync(join(tmpdir(), 'switchyard-step-'));
    onTestFinished(() => rmSync(root, { recursive: true }));
    const said: string[] = [];
    const say = (line: string) => void said.push(line);
    const run = { root, env: process.env, folders: ['unit'], say, signal: new AbortController().signal };
    for (const name of ['lint', 'types', 'imports', 'code', 'build', 'package'] as const) {
      expect(await runStep(name, run)).toMatchObject({ passed: 0, failed: 1 });
    }
    expect(said.join('\n')).toContain('Cannot find module');
    expect(said.join('\n')).toContain('The build failed.');
  });
});

describe.skipIf(process.platform !== 'linux')('a process that outlives its step', () => {
  it('is found by the run it was started in even when it has left its group, and is ended', async () => {
    const run = `SWITCHYARD_TEST_FIXTURE=${crypto.randomUUID()}`;
    const [name = '', value = ''] = run.split('=');
    expect(await leftoverProcesses(run, 0)).toEqual([]);
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
      env: { [name]: value },
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const ended = once(child, 'exit');
    await once(child, 'spawn');
    const left = await leftoverProcesses(run, 0);
    expect(left.map(({ pid }) => pid)).toEqual([child.pid]);
    endProcesses(left);
    expect(await ended).toEqual([null, 'SIGKILL']);
  });
});
