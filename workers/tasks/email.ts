/** Sends one mail over SMTP. */

import { connect, type Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import type { MailOrder, MailServer, NoOrder } from '../../contract/delivery-order.ts';
import type { TaskDefinition } from '../../contract/task.ts';
import type { BuiltInContext } from '../task-context.ts';
import { failForGood } from '../task-errors.ts';

type SmtpError = Error & { code?: string; responseCode?: number; response?: string };

async function run(order: MailOrder | NoOrder, task: BuiltInContext): Promise<{ status: number; refused: string[] }> {
  if ('refusal' in order) throw failForGood(order.refusal);
  const { id, to, subject, text, server } = order;
  const transport = createTransport(transportOf(server, task.signal));
  try {
    // The same at every try: mail programs fold what comes twice.
    const messageId = `<${id}@switchyard>`;
    const sent = await transport.sendMail({
      from: server.from,
      to,
      subject,
      text,
      messageId,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    task.log(`${server.host}: ${sent.response}`);
    return { status: Number.parseInt(sent.response, 10) || 250, refused: sent.rejected.map(String) };
  } catch (error) {
    if (task.signal.aborted) throw task.signal.reason;
    throw problemOf(error as SmtpError, server);
  } finally {
    transport.close();
  }
}

type SocketAnswer = (error: Error | null, options?: { connection: Socket }) => void;

function transportOf({ host, port, secure, user, password }: MailServer, signal: AbortSignal) {
  const hasLogin = user !== null;
  return {
    ...{ host, port, secure },
    // A password does not leave this machine in the clear.
    requireTLS: hasLogin && !secure && !isLoopback(host),
    ...(hasLogin ? { auth: { user, pass: password ?? '' } } : {}),
    ...{ greetingTimeout: 15_000, socketTimeout: 30_000 },
    // The connection is made here since nodemailer gives no way to end one on which a server hangs.
    getSocket: (_: object, answer: SocketAnswer) => openSocket(host, port, signal, answer),
  };
}

function openSocket(host: string, port: number, signal: AbortSignal, answer: SocketAnswer): void {
  const socket = connect({ host, port });
  const abort = () => socket.destroy(new Error('The time was up.'));
  const failed = (error: Error) => answer(error);
  socket.once('error', failed);
  socket.once('connect', () => {
    socket.removeListener('error', failed);
    answer(null, { connection: socket });
  });
  socket.once('close', () => signal.removeEventListener('abort', abort));
  signal.addEventListener('abort', abort, { once: true });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** RFC 5321, 4.2.1: 5yz is for good. Not so a refused login, which a person mends. */
function problemOf(error: SmtpError, { host }: MailServer): Error {
  const { responseCode: status, code } = error;
  const message = `${host}: ${error.message}`;
  const details = status === undefined ? {} : { status };
  if (status !== undefined && status >= 500 && code !== 'EAUTH') return failForGood(message, details);
  return Object.assign(new Error(message), { name: 'MailError', details, ...(code === undefined ? {} : { code }) });
}

export default {
  title: 'Send a mail',
  description: 'The engine’s own: tells people how a job ended.',
  lane: 'io',
  run,
} satisfies TaskDefinition<MailOrder | NoOrder, { status: number; refused: string[] }>;
