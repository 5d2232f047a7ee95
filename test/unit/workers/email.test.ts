import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { MailOrder } from '../../../contract/delivery-order.ts';
import { expectKind, openThread, resultValue } from './test-thread.ts';

const thread = openThread(afterAll);
const email = { kind: 'built-in', name: 'switchyard.email' } as const;

/** A real SMTP server on this machine; answers with its port and what it has taken. */
async function receive(options: SMTPServerOptions = {}): Promise<{ port: number; mails: { from: string; to: string[]; text: string }[] }> {
  const mails: { from: string; to: string[]; text: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const text = Buffer.concat(chunks).toString();
        mails.push({ from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address), text });
        done();
      });
    },
    ...options,
  });
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: (listening.address() as AddressInfo).port, mails };
}

const order = (port: number, server: Partial<MailOrder['server']> = {}): MailOrder => ({
  ...{ id: 'msg_1', to: ['ops@example.org', 'me@localhost'], subject: 'shell.run dead: ümläut', text: 'Job: 1\nError: no\n' },
  server: { host: '127.0.0.1', port, secure: false, user: null, password: null, from: 'Switchyard <yard@example.org>', ...server },
});

const refusing = (responseCode: number) => () => Object.assign(new Error('no such person'), { responseCode });

describe('a mail', () => {
  it('comes to everyone, with the same Message-ID at every try', async () => {
    const { port, mails } = await receive();
    for (const attempt of [1, 2]) {
      expect(resultValue(await thread.result(email, order(port), attempt))).toEqual({ status: 250, refused: [] });
    }
    expect(mails).toHaveLength(2);
    for (const { from, to, text } of mails) {
      expect({ from, to }).toEqual({ from: 'yard@example.org', to: ['ops@example.org', 'me@localhost'] });
      expect(text).toContain('Message-ID: <msg_1@switchyard>');
      expect(text).toContain('From: Switchyard <yard@example.org>');
      expect(text).toMatch(/^Subject: =\?UTF-8\?/m);
      expect(text).toContain('Error: no');
    }
  });

  it('logs in where a user is given, and a refused login is tried again', async () => {
    const { port, mails } = await receive({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _, done) =>
        username === 'me' && password === 'geheim' ? done(null, { user: 'me' }) : done(refusing(535)()),
    });
    expect(resultValue(await thread.result(email, order(port, { user: 'me', password: 'geheim' })))).toMatchObject({ status: 250 });
    const { error } = expectKind(await thread.result(email, order(port, { user: 'me', password: 'falsch' })), 'failed');
    expect(error).toMatchObject({ name: 'MailError', code: 'EAUTH', details: { status: 535 } });
    expect(JSON.stringify(error)).not.toContain('falsch');
    expect(mails).toHaveLength(1);
  });

  it.each([
    [450, 'failed'],
    [550, 'failed-for-good'],
  ] as const)('that the server refuses with %i has %s', async (code, kind) => {
    const { port } = await receive({ onMailFrom: (_, __, done) => done(refusing(code)()) });
    expect(expectKind(await thread.result(email, order(port)), kind).error).toMatchObject({ details: { status: code } });
  });

  it('that only some take is sent, and says who did not', async () => {
    const { port } = await receive({ onRcptTo: ({ address }, _, done) => done(address === 'me@localhost' ? refusing(550)() : null) });
    expect(resultValue(await thread.result(email, order(port)))).toEqual({ status: 250, refused: ['me@localhost'] });
  });

  it('whose server is away is tried again', async () => {
    const { error } = expectKind(await thread.result(email, order(1)), 'failed');
    expect(error).toMatchObject({ name: 'MailError', code: 'ECONNREFUSED' });
  });

  it('whose server hangs ends with its time', async () => {
    let connected: () => void = () => {};
    const heard = new Promise<void>((resolve) => {
      connected = resolve;
    });
    const { port } = await receive({ onMailFrom: () => connected() });
    const { run, result } = thread.start(email, order(port));
    await heard;
    thread.send({ type: 'abort', run, reason: 'timed-out' });
    expect(expectKind(await result, 'aborted').reason).toBe('timed-out');
  });
});
