import { invalid } from '../../contract/errors.ts';

/** Of a list by number: where an earlier page ended; `first` without one. @throws Problem invalid-request */
export function cursorNumber(cursor: string | undefined, first = 0): number {
  if (cursor === undefined) return first;
  if (!/^\d{1,15}$/.test(cursor)) throw invalid('cursor', 'must be a "next" of an earlier page');
  return Number(cursor);
}
