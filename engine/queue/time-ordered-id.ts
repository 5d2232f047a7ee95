import { randomUUID } from 'node:crypto';

/** A UUIDv7 (RFC 9562 §5.7), so that ids are in the order of making. @param at milliseconds since 1970 */
export function timeOrderedId(at: number): string {
  const time = at.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
