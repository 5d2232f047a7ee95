/**
 * What two failures have in common. Errors of one cause differ in what they were about (an id, a file, a host, a time); that is
 * taken out of the message here, and what is left, with the task, the error's name and code and the place in the
 * author's code, is the cause. Pure. docs/dead-letters.md says it in words.
 */

import type { JobError } from './job.ts';
import { builtInTasks } from './task.ts';

/** Of a long message the start is looked at: enough for any sentence, few enough for thousands of deaths a second. */
const readCharacters = 2_000;
const keptCharacters = 400;

/** Words that hold digits and are no ids: formats, protocols, error names. */
const wordsWithDigits = new Set(
  'base32 base58 base64 utf8 utf16 utf32 md5 sha1 sha256 sha384 sha512 blake2 blake3 aes128 aes256 crc32 http1 http2 http3 ipv4 ipv6 oauth2 s3 ec2 k8s i18n l10n x86 x64 arm64 win32 win64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 mp3 mp4 m4a h264 h265 av1 vp8 vp9 jpeg2000 sqlite3 e2big es5 es6 p12 pkcs8 pkcs12 x509 gb18030 latin1 web3 tier1 tier2 tier3'.split(
    ' ',
  ),
);

const units = '(?:ns|us|µs|ms|secs?|seconds?|mins?|minutes?|hours?|hrs?|days?|s|m|h|d|[kmgt]i?b|bytes?|b|px|rps|hz|x|st|nd|rd|th)';
const extensions =
  '7z|avi|avif|bmp|bz2|c|cfg|cjs|conf|cpp|css|csv|db|doc|docx|eml|exe|flac|gif|go|gz|heic|html?|ico|ini|jar|java|jpe?g|js|json|jsonl|jsx|key|lock|log|m4a|md|mjs|mkv|mov|mp3|mp4|mpeg|ndjson|odt|ogg|parquet|pdf|pem|php|png|ppt|pptx|py|rb|rs|rtf|sh|so|sql|sqlite|svg|tar|tgz|tiff?|tmp|toml|tsv|tsx?|txt|wav|webm|webp|xlsx?|xml|xz|ya?ml|zip|zst';
const topDomains =
  'com|org|net|io|dev|app|edu|gov|eu|de|fr|uk|us|co|info|cloud|local|localhost|internal|intern|lan|corp|home|test|example|invalid';
const month = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\\.?';
const weekday = '(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},? )?';
const clock =
  '\\d{1,2}:\\d{2}(?::\\d{2}(?:[.,]\\d{1,9})?)?(?: ?[ap]m\\b)?(?: ?(?:z|utc|gmt|[a-z]{3,4}(?=\\)))\\b)?(?: ?[+-]\\d{2}:?\\d{2})?';

/** Of an IPv6 address. */
const group = '[0-9a-f]{1,4}';

/** In this order: what holds others comes first. Each is linear in the text: what repeats is bounded or has one way to match. */
const replacements: readonly (readonly [pattern: RegExp, by: string])[] = [
  [/"(?:[^"\\]|\\.)*"/gs, '<value>'],
  [/`[^`]*`/g, '<value>'],
  [/[“„«‘][^”“»’]*[”“»’]/g, '<value>'],
  // An apostrophe within a word is none.
  [/(?<![\p{L}\p{N}])'[^'\n]*'(?![\p{L}\p{N}])/gu, '<value>'],
  [/\b[a-z][a-z0-9+.-]{0,15}:\/\/[^\s<>()[\]{},;|]+/gi, '<url>'],
  [/\b(?:data|blob|mailto|urn):[^\s<>()]+/gi, '<url>'],
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}/g, '<address>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5}|\/\d{1,2})?\b/g, '<address>'],
  [new RegExp(`\\b\\d{4}-\\d{2}-\\d{2}(?:(?:T|t|,? )${clock})?`, 'gi'), '<time>'],
  [/\b\d{1,4}[/.]\d{1,2}[/.]\d{2,4}(?:,? \d{1,2}:\d{2}(?::\d{2})?)?\b/g, '<time>'],
  [new RegExp(`\\b${weekday}(?:\\d{1,2} ${month}|${month} \\d{1,2}),? \\d{4}(?:,? ${clock})?(?: \\([\\w ]{1,60}\\))?`, 'gi'), '<time>'],
  [/\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b/gi, '<address>'],
  [
    new RegExp(
      `(?<![\\w:.])(?:(?:${group}:){7}${group}|(?:${group}(?::${group}){0,6})?::(?:${group}(?::${group}){0,6})?)(?:%\\w{1,16})?(?![\\w:])`,
      'gi',
    ),
    '<address>',
  ],
  [new RegExp(`\\b${clock}`, 'gi'), '<time>'],
  [
    new RegExp(`(?<![\\w.-])(?:[a-z0-9_](?:[a-z0-9_-]{0,62})\\.){1,8}(?:${topDomains})(?![\\w-]|\\.\\w)(?::\\d{1,5}\\b)?`, 'gi'),
    '<address>',
  ],
  [/(?<![\w.-])(?:localhost|[a-z][\w-]{0,62}(?:\.[\w-]{1,63}){0,8}(?=:\d{2,5}\b))(?::\d{1,5}\b)?(?!:?\d)/gi, '<address>'],
  // Windows' own, then absolute ones and those of the home or this folder, then what has two slashes or a file's ending.
  [/(?<!\w)(?:[a-z]:[\\/]|\\\\)[^\s<>"|?*,;()]*/gi, '<path>'],
  [/(?<![\w<>/])(?:~[\w-]{0,32}|\.{1,2})?\/[^\s<>"|*,;:()[\]{}]+(?::\d+){0,2}/g, '<path>'],
  [/(?<![\w.@/-])[\w.@-]{1,255}\/[\w.@-]{1,255}(?:\/[\w.@-]{1,255}){1,64}(?::\d+){0,2}/g, '<path>'],
  [
    new RegExp(`(?<![\\w.@/-])(?:[\\w.@-]{1,255}/)?[\\w@-][\\w.@-]{0,255}\\.(?:${extensions})(?![\\w-]|\\.\\w)(?::\\d+){0,2}`, 'gi'),
    '<path>',
  ],
];

const word = /(?<![\p{L}\p{N}_-])[\p{L}\p{N}_-]*\p{N}[\p{L}\p{N}_-]*/gu;
const quantity = new RegExp(
  `(?<![\\p{L}\\p{N}_-])[-+]?\\p{N}+(?:[.,:\\u2019']\\p{N}+)*(?:e[-+]?\\d{1,4})?(?: ?(?:%|${units}))?(?![\\p{L}\\p{N}_-])`,
  'giu',
);

/** The message with everything taken out that differs from one failure of a cause to the next. */
export function normaliseMessage(message: string): string {
  let text = message.slice(0, readCharacters);
  for (const [pattern, by] of replacements) text = text.replace(pattern, by);
  text = text
    .replace(/\b0x[0-9a-f]+\b/gi, '<id>')
    .replace(quantity, '<n>')
    .replace(word, withoutId)
    .replace(/[A-Za-z0-9_-]{16,}/g, (token) => (looksRandom(token) ? '<id>' : token))
    // A list is the same however long it is, and so is a path with a space in it.
    .replace(/(<\w+>)(?:(?:, ?| |\/)\1)+/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
  return text.slice(0, keptCharacters);
}

/** A word with digits: its name is kept where it has one (`order-1234`), the rest is an id. */
function withoutId(token: string): string {
  if (wordsWithDigits.has(token.toLowerCase())) return token;
  if (/^[-_\p{N}]+$/u.test(token)) return '<n>';
  const named = /^([a-z]{3,24}|[A-Z]{3,24}|[A-Z][a-z]{2,24})[-_](?=.*\d)/.exec(token);
  const isRandom = token.length >= 20 && /[a-z]/.test(token) && /[A-Z]/.test(token);
  return named && !isRandom ? `${named[1]}-<id>` : '<id>';
}

/** Letters that change their case at every other step are drawn by lot; those of a name change it once a word. */
function looksRandom(token: string): boolean {
  let changes = 0;
  for (let at = 1; at < token.length; at++) if (kindOf(token.charCodeAt(at)) !== kindOf(token.charCodeAt(at - 1))) changes++;
  return changes * 2 >= token.length;
}

function kindOf(code: number): 'digit' | 'upper' | 'lower' | 'mark' {
  if (code >= 48 && code <= 57) return 'digit';
  if (code >= 65 && code <= 90) return 'upper';
  return code >= 97 && code <= 122 ? 'lower' : 'mark';
}

/**
 * Function and file of the topmost frame in the author's own code, e.g. `fetchOrder (orders.js)`; null without one. Neither line
 * nor folder: a file that was edited or moved still fails for the same reason.
 */
export function topOwnFrame(stack: string): string | null {
  for (const line of stack.split('\n')) {
    const frame = /^\s+at (?:async )?(?:(.{1,300}?) \()?([^()\s][^()]{0,1000}?):\d+(?::\d+)?\)?$/.exec(line);
    if (!frame) {
      // The stack of a cause follows: its frames are not where this error was thrown.
      if (/^(?:Caused by|One of them): /.test(line)) return null;
      continue;
    }
    const [, name = '', place = ''] = frame;
    if (/node_modules[\\/]|^node:|^native$|^<anonymous>$/.test(place)) continue;
    const file =
      place
        .replace(/[?#].*$/s, '')
        .split(/[\\/]/)
        .at(-1) ?? '';
    return `${name.replace(/ \[as [^\]]*\]$/, '')} (${file})`;
  }
  return null;
}

/**
 * What makes two failures the same: task, error name and code, message without what varies, place. Built-in tasks have no
 * code of the author's own: their frames are this program's, and would differ with its version.
 */
export function causeOf(task: string, error: Pick<JobError, 'name' | 'message' | 'code' | 'stack'>): string[] {
  const isBuiltIn = builtInTasks.some((name) => name === task);
  const frame = isBuiltIn || error.stack === undefined ? null : topOwnFrame(error.stack);
  return [task, error.name, error.code ?? '', normaliseMessage(error.message), frame ?? ''];
}
