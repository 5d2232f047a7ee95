/** Text from jobs made fit for a terminal. */

import { stripVTControlCharacters } from 'node:util';

/**
 * Without anything that moves the cursor, sets colours or turns the writing direction: a job's output is somebody
 * else's text, and a terminal obeys what it is sent. Tabs and line ends stay.
 */
export function harmless(text: string): string {
  return stripVTControlCharacters(text).replace(/(?![\t\n])\p{Cc}|[\u202A-\u202E\u2066-\u2069]/gu, '');
}

/** As `harmless`, on one line. */
export function oneLine(text: string): string {
  return harmless(text.replace(/\s+/g, ' ')).trim();
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const wide =
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}|\uFE0F/u;

/** Columns that a terminal gives to the text: two for East Asian wide characters and emoji. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7E]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** Cut to `width` columns; the last becomes an ellipsis when something was lost. */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width <= 0) return '';
  let used = 0;
  let kept = '';
  for (const { segment } of graphemes.segment(text)) {
    const next = wide.test(segment) ? 2 : 1;
    if (used + next > width - 1) break;
    used += next;
    kept += segment;
  }
  return `${kept}…`;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

export function indent(text: string, by: string): string {
  return text
    .split('\n')
    .map((line) => by + line)
    .join('\n');
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
}

/** One word of a POSIX shell. */
export function shellQuoted(text: string): string {
  return `'${harmless(text).replaceAll("'", "'\\''")}'`;
}
