/**
 * A mail over SMTP. Async: nobody waits for a mail server, which is slow on some days and away on others. What it refuses for now
 * is tried again; what it refuses for good is not; while it is down, the mails wait in line without using up their attempts.
 *
 * The server is that of the notifications: "mail" in <home>/settings.json. Without it, 127.0.0.1:1025, where test servers such as
 * Mailpit listen.
 */

import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
// Comes with the program, as do sharp and undici: a task may import them with nothing installed beside it.
import { createTransport } from 'nodemailer';

type Payload = { to: string; subject: string; text: string };
type Task = { jobId: string; signal: AbortSignal; log(text: string): void; failForGood(message: string): Error };
type Server = { host: string; port?: number; secure?: boolean; user?: string; password?: string; passwordFile?: string; from: string };

const home = dirname(import.meta.dirname);

function readServer(): Server {
  const fallback = { host: '127.0.0.1', port: 1_025, from: 'switchyard@localhost' };
  try {
    return JSON.parse(readFileSync(join(home, 'settings.json'), 'utf8')).mail ?? fallback;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return fallback;
    throw error;
  }
}

export default {
  title: 'E-mail',
  description: 'Sends a mail over SMTP. Async: nobody waits for a mail server, and retries see to the days when it is away.',
  lane: 'io',
  input: {
    type: 'object',
    properties: {
      to: { type: 'string', title: 'To', pattern: '^[^\\s@,;]+@[^\\s@,;]+$', maxLength: 320 },
      subject: { type: 'string', title: 'Subject', minLength: 1, maxLength: 500 },
      text: { type: 'string', title: 'Text', maxLength: 100_000 },
    },
    required: ['to', 'subject', 'text'],
    additionalProperties: false,
  },
  timeoutMs: 30_000,
  retry: { maxAttempts: 10, baseMs: 5_000, maxMs: 3_600_000 },
  circuit: { name: 'mail', faults: ['ECONNREFUSED', 'ECONNECTION', 'ESOCKET', 'ETIMEDOUT', 'EDNS'] },
  declares: { consistency: 'eventual', retryable: true },
  examples: [{ to: 'ada@example.com', subject: 'Your order', text: 'It is on its way.' }],

  async run({ to, subject, text }: Payload, task: Task) {
    const { from, user, password, passwordFile, host, secure = false, port = secure ? 465 : 587 } = readServer();
    const pass = passwordFile === undefined ? password : readFileSync(resolve(home, passwordFile), 'utf8').trim();
    const transport = createTransport({ host, port, secure, ...(user !== undefined && { auth: { user, pass } }), socketTimeout: 20_000 });
    const abort = () => transport.close();
    task.signal.addEventListener('abort', abort);
    try {
      // The same at every try: should an answer get lost after the mail was taken, mail programs fold the two into one.
      const messageId = `<${task.jobId}@switchyard>`;
      const { response } = await transport.sendMail({
        from,
        to,
        subject,
        text,
        messageId,
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      task.log(`${host}: ${response}`);
      return { messageId, response };
    } catch (error) {
      const { responseCode = 0, message } = error as Error & { responseCode?: number };
      // RFC 5321, 4.2.1: 4yz may be tried again, 5yz not.
      if (responseCode >= 500) throw task.failForGood(`${host} refuses it: ${message}`);
      throw error;
    } finally {
      task.signal.removeEventListener('abort', abort);
      transport.close();
    }
  },
};
