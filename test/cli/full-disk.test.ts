import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cliProgram } from '../support/programs.ts';
import type { TestApi } from '../support/test-api.ts';
import { startTestApi } from '../support/test-api.ts';

const fullDisk = '/dev/full';

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

describe.runIf(existsSync(fullDisk))('output that goes to a full disk', () => {
  async function run(args: readonly string[], errorsToo: boolean): Promise<{ code: number; stderr: string }> {
    const full = openSync(fullDisk, 'w');
    const env = { ...process.env, SWITCHYARD_HOME: dirname(api.socket) };
    const child = spawn(process.execPath, [cliProgram, ...args], { env, stdio: ['ignore', full, errorsToo ? full : 'pipe'] });
    closeSync(full);
    const [stderr, [code]] = await Promise.all([child.stderr === null ? '' : text(child.stderr), once(child, 'exit')]);
    return { code, stderr };
  }

  it('ends with a code of its own, which is no failed job, and says on one line what became of the jobs', async () => {
    const { code, stderr } = await run(['submit', 'slow', '--mode', 'async'], false);
    expect(code).toBe(74);
    expect(stderr).toMatch(/^switchyard: Standard output cannot be written \(ENOSPC.*\)\. Accepted jobs are safe and go on: .*\n$/);
    expect((await api.client.call('listJobs', { query: {} })).total).toBe(1);
  });

  it('says it as JSON with --json', async () => {
    const { code, stderr } = await run(['ls', '--json'], false);
    expect([code, JSON.parse(stderr)]).toEqual([74, { code: 'output-lost', detail: expect.stringContaining('ENOSPC') }]);
  });

  it('ends with that code where even the error cannot be said', async () => {
    expect(await run(['get', 'nowhere'], true)).toEqual({ code: 74, stderr: '' });
  });
});
