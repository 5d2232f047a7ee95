/**
 * A password check. Sync, as the next page depends on yes or no, and scrypt takes a fraction of a second: an answer that comes
 * later is none. It runs in the interactive lane, which background work never fills.
 *
 * A payload is kept with its job, and so is the password in it. Keep such jobs for no time, or check passwords in the program
 * that is given them and queue only what follows.
 */

import { scrypt, timingSafeEqual } from 'node:crypto';

type Payload = { user: string; password: string };
type Task = { log(text: string): void };

/** What a table of users would hold: ada's password is "correct horse battery staple". */
const users = new Map([['ada', { salt: 'c2FsdCBmb3IgYWRhISEhIQ', hash: 'NrbDEZFcZqpyZwO_NCHSjIlk6jS9qBbITfZvTL6hq_I' }]]);
/** For names that are not there: the check must take as long, or its time tells who has an account. */
const nobody = { salt: 'bm9ib2R5J3Mgb3duIHNhbA', hash: Buffer.alloc(32).toString('base64url') };

/** 16 MiB and some 50 ms a check: what makes a stolen table useless. */
const cost = { N: 16_384, r: 8, p: 1, maxmem: 64 * 1_048_576 };

function derive(password: string, salt: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, Buffer.from(salt, 'base64url'), 32, cost, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

export default {
  title: 'Log-in',
  description: 'Checks a password with scrypt. Sync: the next page depends on yes or no.',
  lane: 'cpu',
  input: {
    type: 'object',
    properties: {
      user: { type: 'string', title: 'User', minLength: 1, maxLength: 100 },
      password: { type: 'string', title: 'Password', minLength: 1, maxLength: 1_000, format: 'password' },
    },
    required: ['user', 'password'],
    additionalProperties: false,
  },
  result: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] },
  timeoutMs: 5_000,
  declares: { interactive: true, needsResult: true, consistency: 'strong', retryable: false },
  examples: [
    { user: 'ada', password: 'correct horse battery staple' },
    { user: 'ada', password: 'hunter2' },
  ],

  async run({ user, password }: Payload, task: Task) {
    const { salt, hash } = users.get(user) ?? nobody;
    const key = await derive(password, salt);
    const ok = timingSafeEqual(key, Buffer.from(hash, 'base64url')) && users.has(user);
    // A wrong password is an answer, not a failure: the task did what it is for.
    task.log(`${user}: ${ok ? 'welcome' : 'refused'}`);
    return { ok };
  },
};
