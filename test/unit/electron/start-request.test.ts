import { expect, test } from 'vitest';
import { startRequest } from '../../../electron/start-request.ts';

test('a start may name the job to open', () => {
  const words = ['electron', '--no-sandbox', '.', '--open-job=01900000-0000-7000-8000-000000000001'];
  expect(startRequest(words)).toEqual({ path: '/jobs?job=01900000-0000-7000-8000-000000000001' });
});

test('anything that is not an id is left out', () => {
  for (const words of [[], ['--open-job='], ['--open-job=../dead'], ['--open-job=1 onerror=x']])
    expect(startRequest(words)).toEqual({ path: null });
});
