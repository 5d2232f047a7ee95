/** The D-Bus wire format (D-Bus Specification, "Marshaling"), little-endian: as much as a test desktop needs. */

/** A variant is a pair of its signature and its value; a dictionary is an array of pairs. */
export type DBusValue = number | bigint | boolean | string | DBusValue[];

const alignments: Readonly<Record<string, number>> = { y: 1, g: 1, v: 1, n: 2, q: 2, x: 8, t: 8, d: 8, '(': 8, '{': 8 };
const closing: Readonly<Record<string, string>> = { '(': ')', '{': '}' };

function alignmentOf(type: string): number {
  return alignments[type.charAt(0)] ?? 4;
}

function padded(length: number, alignment: number): number {
  return Math.ceil(length / alignment) * alignment;
}

/** `sa{sv}i` → `['s', 'a{sv}', 'i']` */
export function completeTypes(signature: string): string[] {
  const types: string[] = [];
  for (let start = 0; start < signature.length; ) {
    const end = endOfType(signature, start);
    types.push(signature.slice(start, end));
    start = end;
  }
  return types;
}

function endOfType(signature: string, start: number): number {
  const first = signature.charAt(start);
  if (first === 'a') return endOfType(signature, start + 1);
  const close = closing[first];
  if (close === undefined) return start + 1;
  let end = start + 1;
  while (signature.charAt(end) !== close) end = endOfType(signature, end);
  return end + 1;
}

export class DBusWriter {
  #bytes = Buffer.alloc(0);

  get bytes(): Buffer {
    return this.#bytes;
  }

  align(alignment: number): this {
    return this.#append(Buffer.alloc(padded(this.#bytes.length, alignment) - this.#bytes.length));
  }

  write(type: string, value: DBusValue): this {
    this.align(alignmentOf(type));
    const first = type.charAt(0);
    if (first === 'y') return this.#append(Buffer.of(Number(value)));
    if (first === 'b') return this.write('u', value === true ? 1 : 0);
    if (first === 'u' || first === 'i') return this.#append(fourBytes(Number(value)));
    if (first === 's' || first === 'o') return this.write('u', Buffer.byteLength(String(value))).#append(Buffer.from(`${value}\0`));
    if (first === 'g') return this.#append(Buffer.from([Buffer.byteLength(String(value)), ...Buffer.from(`${value}\0`)]));
    const list = value as DBusValue[];
    if (first === 'v') return this.write('g', list[0] ?? '').write(String(list[0]), list[1] ?? '');
    if (first === 'a') return this.#writeArray(type.slice(1), list);
    if (first === '(' || first === '{') return this.writeAll(type.slice(1, -1), list);
    throw new Error(`D-Bus type ${type} is not written here`);
  }

  writeAll(signature: string, values: readonly DBusValue[]): this {
    completeTypes(signature).forEach((type, index) => {
      this.write(type, values[index] ?? 0);
    });
    return this;
  }

  #writeArray(element: string, values: DBusValue[]): this {
    const lengthAt = this.#bytes.length;
    this.write('u', 0).align(alignmentOf(element));
    const start = this.#bytes.length;
    for (const value of values) this.write(element, value);
    this.#bytes.writeUInt32LE(this.#bytes.length - start, lengthAt);
    return this;
  }

  #append(bytes: Uint8Array): this {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    return this;
  }
}

function fourBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

export class DBusReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  read(type: string): DBusValue {
    this.#at = padded(this.#at, alignmentOf(type));
    const first = type.charAt(0);
    const at = this.#at;
    if (first === 'y') return this.#skip(1, this.#bytes.readUInt8(at));
    if (first === 'b') return this.read('u') === 1;
    if (first === 'n') return this.#skip(2, this.#bytes.readInt16LE(at));
    if (first === 'q') return this.#skip(2, this.#bytes.readUInt16LE(at));
    if (first === 'i') return this.#skip(4, this.#bytes.readInt32LE(at));
    if (first === 'u') return this.#skip(4, this.#bytes.readUInt32LE(at));
    if (first === 'x' || first === 't') return this.#skip(8, this.#bytes.readBigInt64LE(at));
    if (first === 'd') return this.#skip(8, this.#bytes.readDoubleLE(at));
    if (first === 's' || first === 'o') return this.#text(Number(this.read('u')));
    if (first === 'g') return this.#text(Number(this.read('y')));
    if (first === 'v') return this.#variant();
    if (first === 'a') return this.#array(type.slice(1));
    if (first === '(' || first === '{') return this.readAll(type.slice(1, -1));
    throw new Error(`D-Bus type ${type} is not read here`);
  }

  readAll(signature: string): DBusValue[] {
    return completeTypes(signature).map((type) => this.read(type));
  }

  #variant(): DBusValue[] {
    const signature = String(this.read('g'));
    return [signature, this.read(signature)];
  }

  #array(element: string): DBusValue[] {
    const length = Number(this.read('u'));
    this.#at = padded(this.#at, alignmentOf(element));
    const end = this.#at + length;
    const values: DBusValue[] = [];
    while (this.#at < end) values.push(this.read(element));
    return values;
  }

  #text(length: number): string {
    const text = this.#bytes.toString('utf8', this.#at, this.#at + length);
    this.#at += length + 1;
    return text;
  }

  #skip<Value>(length: number, value: Value): Value {
    this.#at += length;
    return value;
  }
}
