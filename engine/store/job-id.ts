/**
 * Public job ids: UUIDv7 (RFC 9562 §5.7) whose random part carries the job's row number, so that a job is found by its
 * id without an index on ids: 48 bits of milliseconds, 48 bits of `seq`, 26 random bits. An index on random-free text ids
 * would cost each insert a second b-tree write; what makes an id hard to guess is not needed here, access is guarded elsewhere.
 */

export type JobKey = { seq: number; createdAt: number; nonce: number };

export const nonceLimit = 2 ** 26;

export function formatJobId({ seq, createdAt, nonce }: JobKey): string {
  const low = seq % 2 ** 36;
  const group3 = (0x7000 + Math.floor(seq / 2 ** 36)).toString(16);
  const group4 = (0x8000 + Math.floor(low / 2 ** 22)).toString(16);
  const group5 = ((low % 2 ** 22) * nonceLimit + nonce).toString(16).padStart(12, '0');
  return `${timeGroups(createdAt)}-${group3}-${group4}-${group5}`;
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
