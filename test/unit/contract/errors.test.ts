import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { invalid, invalidFields, Problem, type ProblemCode, type ProblemDetails, problems } from '../../../contract/errors.ts';

const codes = Object.keys(problems) as ProblemCode[];

describe('a problem', () => {
  test('is the same after its way through JSON', () => {
    const errors = fc.array(fc.record({ path: fc.string(), message: fc.string() }), { minLength: 1, maxLength: 3 });
    const taskError = fc.record({ name: fc.string(), message: fc.string() });
    const extras = fc.record({ jobId: fc.uuid(), error: taskError, errors }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.constantFrom(...codes), fc.string(), extras, fc.option(fc.nat(), { nil: undefined }), (code, detail, more, wait) => {
        const sent = new Problem(code, detail, wait === undefined ? more : { ...more, retryAfterMs: wait });
        const received = Problem.from(JSON.parse(JSON.stringify(sent)) as ProblemDetails, wait);
        expect(received).toMatchObject({ code: sent.code, status: sent.status, message: sent.message });
        expect(received.extras).toEqual(sent.extras);
      }),
    );
  });

  test('has the members of RFC 9457, and keeps the wait for the header', () => {
    const problem = new Problem('lane-saturated', 'Every place is taken.', { jobId: 'j', retryAfterMs: 1500 });
    expect(problem.toJSON()).toEqual({
      type: 'urn:switchyard:lane-saturated',
      title: problems['lane-saturated'].title,
      status: 503,
      detail: 'Every place is taken.',
      code: 'lane-saturated',
      jobId: 'j',
    });
  });

  test.each(['made-up', 'toString', 'constructor', '__proto__'])('whose code is unknown (%s) is the engine’s mistake', (code) => {
    const details = { type: '', title: 'Odd', status: 418, detail: 'what now', code } as unknown as ProblemDetails;
    expect(Problem.from(details)).toMatchObject({ code: 'internal-error', status: 500, message: 'what now' });
  });

  test('without a detail says its title', () => {
    const details = { type: '', title: 'The disk is full', status: 507, code: 'storage-full' } as ProblemDetails;
    expect(Problem.from(details).message).toBe('The disk is full');
  });
});

test('a wrong field is named in the detail and apart', () => {
  expect(invalid('/priority', 'must be a whole number')).toMatchObject({
    code: 'invalid-request',
    message: '/priority: must be a whole number',
    extras: { errors: [{ path: '/priority', message: 'must be a whole number' }] },
  });
  expect(invalid('', 'must be a JSON object').message).toBe('must be a JSON object');
});

test('of very many wrong fields the first twenty are named', () => {
  const problem = invalidFields(Array.from({ length: 500 }, (_, index) => ({ path: `/jobs/${index}`, message: 'is wrong' })));
  expect(problem.extras.errors).toHaveLength(20);
  expect(problem.message.split('; ')).toHaveLength(20);
});
