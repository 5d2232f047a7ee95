import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startEngineProcess } from '../support/engine-process.ts';

test('an engine answers on its socket, runs a command and stops cleanly, leaving neither socket nor engine.json', async () => {
  await using engine = await startEngineProcess({ port: 0 });
  expect(engine.windowAddress).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/session\?code=/);
  const job = await engine.client.call('submitJob', {
    body: { task: 'shell.run', mode: 'sync', payload: { command: 'echo', args: ['hello'] } },
  });
  expect(job).toMatchObject({ state: 'completed', attempt: 1, result: { exitCode: 0, stdoutTail: 'hello\n' } });
  expect(await engine.stop()).toBe(0);
  expect(existsSync(engine.socket)).toBe(false);
  expect(existsSync(join(engine.home, 'engine.json'))).toBe(false);
  expect(engine.stderr()).toBe('');
});
