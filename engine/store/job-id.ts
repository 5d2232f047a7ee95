/**
 * Public job ids: UUIDv7 (RFC 9562 §5.7) whose random part carries the job's row number, so that a job is found by its
 * id without an index on ids: 48 bits of milliseconds, 48 bits of `seq`, 26 random bits. An index on random-free text ids
 * would cost each insert a second b-tree write; what makes an id hard to guess is not needed here, access is guarded elsewhere.
 */

export type JobKey = { seq: number; createdAt: number; nonce: number };

export const nonceLimit = 2 ** 26;

export function formatJobId({ seq, createdAt, nonce }: JobKey): string {
  const low = seq % 2 ** 22;
  return timeGroups(createdAt) + seqGroups(Math.floor(seq / 2 ** 22)) + hexOf24((low << 2) | (nonce >>> 24)) + hexOf24(nonce & 0xff_ffff);
}

/** By table: `toString(16)` of 48 bits, and its padding, took four times as long as all of an id does now. */
const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hexOf24(bits: number): string {
  return `${hexOfByte[bits >>> 16]}${hexOfByte[(bits >>> 8) & 0xff]}${hexOfByte[bits & 0xff]}`;
}

let lastHigh = Number.NaN;
let lastSeqGroups = '';

/** @param high the upper 26 bits of the number, the same for four million jobs */
function seqGroups(high: number): string {
  if (high !== lastHigh) {
    lastSeqGroups = `-${(0x7000 + Math.floor(high / 2 ** 14)).toString(16)}-${(0x8000 + (high % 2 ** 14)).toString(16)}-`;
    lastHigh = high;
  }
  return lastSeqGroups;
}

let lastMs = Number.NaN;
let lastGroups = '';

/** Jobs come many in a millisecond. */
function timeGroups(ms: number): string {
  if (ms !== lastMs) {
    const time = ms.toString(16).padStart(12, '0');
    lastGroups = `${time.slice(0, 8)}-${time.slice(8)}`;
    lastMs = ms;
  }
  return lastGroups;
}

const pattern = /^([0-9a-f]{8})-([0-9a-f]{4})-7([0-9a-f]{3})-([89ab][0-9a-f]{3})-([0-9a-f]{12})$/i;

/** null: not an id of ours. The row it names must still hold the same time and nonce. */
export function parseJobId(id: string): JobKey | null {
  const match = pattern.exec(id);
  if (!match) return null;
  const [, high = '', low = '', group3 = '', group4 = '', group5 = ''] = match;
  const last = Number.parseInt(group5, 16);
  const seq = Number.parseInt(group3, 16) * 2 ** 36 + (Number.parseInt(group4, 16) & 0x3fff) * 2 ** 22 + Math.floor(last / nonceLimit);
  return { seq, createdAt: Number.parseInt(high + low, 16), nonce: last % nonceLimit };
}
