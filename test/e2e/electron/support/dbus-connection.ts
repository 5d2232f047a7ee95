/** A connection to a D-Bus bus: calls methods, answers them, sends signals. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { DBusValue } from './dbus-marshal.ts';
import { DBusReader, DBusWriter } from './dbus-marshal.ts';

export type MethodCall = { path: string; interface: string; member: string; sender: string; values: DBusValue[] };

/** The answer's signature and values; undefined refuses the call as unknown. */
export type MethodHandler = (call: MethodCall) => { signature: string; values: DBusValue[] } | undefined;

type Message = { type: number; serial: number; fields: Map<number, DBusValue>; values: DBusValue[] };

const methodCall = 1;
const methodReturn = 2;
const errorReply = 3;
const signal = 4;
const field = { path: 1, interface: 2, member: 3, errorName: 4, replySerial: 5, destination: 6, sender: 7, signature: 8 } as const;
const fieldTypes: Readonly<Record<number, string>> = { 1: 'o', 2: 's', 3: 's', 4: 's', 5: 'u', 6: 's', 7: 's', 8: 'g' };
const bus = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' };

type Target = { destination: string; path: string; interface: string };

export class DBusConnection {
  #serial = 0;
  #incoming = Buffer.alloc(0);
  readonly #waiting = new Map<number, PromiseWithResolvers<DBusValue[]>>();
  readonly #socket: Socket;
  readonly #handler: MethodHandler;

  private constructor(socket: Socket, handler: MethodHandler) {
    this.#socket = socket;
    this.#handler = handler;
  }

  /** @param socketPath of the bus */
  static async open(socketPath: string, handler: MethodHandler): Promise<DBusConnection> {
    const socket = connect(socketPath);
    await once(socket, 'connect');
    const user = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
    socket.write(`\0AUTH EXTERNAL ${user}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    if (!answer.toString().startsWith('OK')) throw new Error(`The bus refused: ${answer}`);
    const connection = new DBusConnection(socket, handler);
    socket.on('data', (bytes) => connection.#take(bytes as Buffer));
    socket.write('BEGIN\r\n');
    await connection.call({ ...bus, member: 'Hello' });
    return connection;
  }

  close(): void {
    this.#socket.destroy();
  }

  async own(name: string): Promise<void> {
    await this.call({ ...bus, member: 'RequestName' }, 'su', [name, 0]);
  }

  call(target: Target & { member: string }, signature = '', values: DBusValue[] = []): Promise<DBusValue[]> {
    const { path, destination, member } = target;
    const fields = new Map<number, DBusValue>([
      [field.path, path],
      [field.interface, target.interface],
      [field.member, member],
      [field.destination, destination],
    ]);
    const answer = Promise.withResolvers<DBusValue[]>();
    this.#waiting.set(this.#send(methodCall, fields, signature, values), answer);
    return answer.promise;
  }

  signal(path: string, from: string, member: string, signature: string, values: DBusValue[]): void {
    const fields = new Map<number, DBusValue>([
      [field.path, path],
      [field.interface, from],
      [field.member, member],
    ]);
    this.#send(signal, fields, signature, values);
  }

  #send(type: number, fields: Map<number, DBusValue>, signature: string, values: DBusValue[]): number {
    this.#serial += 1;
    const body = new DBusWriter().writeAll(signature, values).bytes;
    if (signature !== '') fields.set(field.signature, signature);
    const listed = [...fields].map(([code, value]) => [code, [fieldTypes[code] ?? 's', value]]);
    const head = new DBusWriter().writeAll('yyyyuua(yv)', ['l'.charCodeAt(0), type, 0, 1, body.length, this.#serial, listed]);
    this.#socket.write(Buffer.concat([head.align(8).bytes, body]));
    return this.#serial;
  }

  #take(bytes: Buffer): void {
    this.#incoming = Buffer.concat([this.#incoming, bytes]);
    for (;;) {
      if (this.#incoming.length < 16) return;
      const headLength = Math.ceil((16 + this.#incoming.readUInt32LE(12)) / 8) * 8;
      const length = headLength + this.#incoming.readUInt32LE(4);
      if (this.#incoming.length < length) return;
      const whole = Buffer.from(this.#incoming.subarray(0, length));
      this.#incoming = this.#incoming.subarray(length);
      this.#handle(parse(whole, headLength));
    }
  }

  #handle({ type, serial, fields, values }: Message): void {
    const text = (code: number) => String(fields.get(code) ?? '');
    const answered = Number(fields.get(field.replySerial) ?? 0);
    if (type === methodReturn) this.#waiting.get(answered)?.resolve(values);
    else if (type === errorReply) this.#waiting.get(answered)?.reject(new Error(`${text(field.errorName)}: ${values[0] ?? ''}`));
    if (type !== methodCall) return;
    const sender = text(field.sender);
    const answer = this.#handler({ path: text(field.path), interface: text(field.interface), member: text(field.member), sender, values });
    const reply = new Map<number, DBusValue>([
      [field.replySerial, serial],
      [field.destination, sender],
    ]);
    if (answer) this.#send(methodReturn, reply, answer.signature, answer.values);
    else this.#send(errorReply, reply.set(field.errorName, 'org.freedesktop.DBus.Error.UnknownMethod'), '', []);
  }
}

function parse(whole: Buffer, headLength: number): Message {
  const [, type, , , , serial, listed] = new DBusReader(whole).readAll('yyyyuua(yv)');
  const fields = new Map((listed as [number, [string, DBusValue]][]).map(([code, [, value]]) => [code, value]));
  const signature = String(fields.get(field.signature) ?? '');
  const values = new DBusReader(whole.subarray(headLength)).readAll(signature);
  return { type: Number(type), serial: Number(serial), fields, values };
}
