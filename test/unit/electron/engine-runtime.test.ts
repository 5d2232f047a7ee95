import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { chooseRuntime, holdsEngine } from '../../../electron/engine-runtime.ts';

test('the engine is held by a runtime with Node-API 10 and not by an older one', () => {
  expect(holdsEngine({ electron: '33.2.1', node: '20.18.1', napi: '9' })).toBe(false);
  expect(holdsEngine({ electron: '36.0.0', node: '22.14.0', napi: '10' })).toBe(true);
  expect(holdsEngine({})).toBe(false);
});

test('this Node holds the engine itself, so that none beside it is looked for', () => {
  const runtime = chooseRuntime();
  expect(runtime.kind === 'node' ? existsSync(runtime.path) : runtime.kind).toBe('utility-process');
});
