import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MailNotSetUp, readMailServer } from '../../../engine/notify/mail-settings.ts';
import { temporaryFolder } from '../engine/plain-job.ts';

function write(settings: unknown): string {
  const file = join(temporaryFolder(), 'settings.json');
  writeFileSync(file, typeof settings === 'string' ? settings : JSON.stringify(settings));
  return file;
}

const from = 'yard@example.org';

test('the port goes with TLS: 587 without it from the start, 465 with it', () => {
  const port = (mail: object) => {
    const server = readMailServer(write({ mail: { host: 'h', from, ...mail } }));
    return [server.port, server.secure];
  };
  expect(port({})).toEqual([587, false]);
  expect(port({ secure: true })).toEqual([465, true]);
  expect(port({ port: 465 })).toEqual([465, true]);
  expect(port({ port: 25 })).toEqual([25, false]);
  expect(port({ port: 465, secure: false })).toEqual([465, false]);
});

test('what is wrong is said, with the file and the field', () => {
  expect(() => readMailServer('/nowhere/settings.json')).toThrow(/not set up.*\/nowhere\/settings\.json/);
  expect(() => readMailServer(write({}))).toThrow(/not set up/);
  expect(() => readMailServer(write('{'))).toThrow(/cannot be read/);
  expect(() => readMailServer(write({ mail: { from } }))).toThrow(/mail\.host/);
  expect(() => readMailServer(write({ mail: { host: 'h', from, pasword: 'x' } }))).toThrow(/pasword/);
  expect(() => readMailServer(write({ mail: { host: 'h', from, password: 'a', passwordFile: 'b' } }))).toThrow(/not both/);
  expect(() => readMailServer(write({ mail: { host: 'h', from, passwordFile: 'none' } }))).toThrow(MailNotSetUp);
});

test('other settings are none of its business', () => {
  expect(readMailServer(write({ theme: 'dark', mail: { host: 'h', from, user: 'u', password: 'p' } }))).toMatchObject({
    user: 'u',
    password: 'p',
  });
});
