import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineProcess, startEngineProcess } from '../support/engine-process.ts';
import { runInProcess } from './run-in-process.ts';

const nowhere = '/nonexistent/switchyard-home';
const plan = (...args: string[]) => runInProcess(['plan', ...args], { home: nowhere });

describe('plan without an engine', () => {
  it('says how long jobs wait and how many workers a target takes', async () => {
    const { code, stdout, stderr } = await plan(
      '--rate',
      '30/s',
      '--service',
      'exponential:100ms',
      '--workers',
      '4',
      '--overhead',
      '0',
      '--target-wait',
      '50ms',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('95 % of the jobs wait at most 232ms.');
    expect(stdout).toMatch(/workers +6 for a p95 wait of 50ms/);
    expect(stdout).toMatch(/method +formula: Poisson arrivals and exponential service/);
    expect(stdout).toMatch(/wait +51ms +2ms +232ms +393ms/);
  });

  it('says plainly by how much a line grows', async () => {
    const { code, stdout } = await plan('--rate', '60/s', '--service', '100ms', '--workers', '4', '--overhead', '0');
    expect(code).toBe(0);
    expect(stdout).toContain('The line grows by 1,200 jobs a minute. 7 workers would carry the load.');
  });

  it('says when a backlog is gone, and that it never is', async () => {
    expect((await plan('--rate', '0', '--service', '1s', '--workers', '10', '--overhead', '0', '--backlog', '600')).stdout).toMatch(
      /backlog gone +after (59s|1m)/,
    );
    expect((await plan('--rate', '20/s', '--service', '1s', '--workers', '10', '--backlog', '600')).stdout).toMatch(/backlog gone +never/);
  });

  it('says how many machines it takes', async () => {
    const { stdout } = await plan(
      '--rate',
      '1000/s',
      '--service',
      'exponential:10s',
      '--lane',
      'io',
      '--cores',
      '8',
      '--target-wait',
      '1s',
    );
    expect(stdout).toMatch(/machines +2 \(each runs 10,000 at once\), 50 % used, p95 wait 0ms; 10,000 jobs in flight over all/);
  });

  it('gives sync calls a share of refusals in place of a wait', async () => {
    const { stdout } = await plan(
      '--rate',
      '40/s',
      '--mode',
      'sync',
      '--service',
      '100ms',
      '--workers',
      '5',
      '--overhead',
      '0',
      '--target-refused',
      '1%',
    );
    expect(stdout).toContain('19.9 % of the calls find no place and are refused.');
    expect(stdout).toMatch(/workers +10 for at most 1 % refused/);
  });

  it('gives programs the question and the plan', async () => {
    const { stdout } = await plan(
      '--json',
      '--rate',
      '90/1m',
      '--service',
      'bimodal:50ms,5s,10%',
      '--workers',
      '3',
      '--failures',
      '5%',
      '--priorities',
      '10:1,0:9',
    );
    const { question, plan: planned } = JSON.parse(stdout);
    expect(question).toMatchObject({ arrivalsPerSecond: 1.5, service: { kind: 'bimodal', slowShare: 0.1 }, failureRate: 0.05, workers: 3 });
    expect(planned).toMatchObject({ method: 'simulation', stable: true });
    expect(planned.waitByPriority).toHaveLength(2);
    expect(planned.backlogOverTime.length).toBeGreaterThan(10);
  });
});

describe('plan with an engine', () => {
  let engine: EngineProcess;
  beforeAll(async () => {
    engine = await startEngineProcess();
  });
  afterAll(() => engine.dispose());
  const run = (...args: string[]) => runInProcess(args, { home: engine.home });

  it('takes service time, rate and retries from what the engine has measured', async () => {
    const unmeasured = await run('plan', '--from', 'file.hash');
    expect(unmeasured.code).toBe(2);
    expect(unmeasured.stderr).toContain('Nothing was measured of file.hash yet.');

    for (let n = 0; n < 3; n++) await run('submit', 'file.hash', '--wait', '--payload', JSON.stringify({ paths: [import.meta.filename] }));
    const { code, stdout } = await run('plan', '--from', 'file.hash', '--workers', '2', '--json');
    expect(code).toBe(0);
    const { question, plan: planned } = JSON.parse(stdout);
    const { stats, defaults } = JSON.parse((await run('tasks', 'file.hash', '--json')).stdout);
    expect(question.service.points.map(({ ms }: { ms: number }) => ms)).toEqual([stats.p50Ms, stats.p95Ms, stats.p99Ms]);
    expect(question).toMatchObject({ failureRate: 0, retry: defaults.retry, workers: 2 });
    expect(question.arrivalsPerSecond).toBeGreaterThan(0);
    expect(question.overheadMs).toBeGreaterThanOrEqual(2);
    expect(planned.utilisation).toBeGreaterThan(0);
    expect((await run('plan', '--from', 'file.hash', '--rate', '1/1h')).stdout).toMatch(/measured +file\.hash: 3 runs/);
  });

  it('says so when there is no such task', async () => {
    expect((await run('plan', '--from', 'no.such')).code).toBe(2);
  });
});
