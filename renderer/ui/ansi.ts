/** Terminal colours in a log line (ECMA-48 SGR), as spans. Every other control sequence is dropped. */

export const ansiColours = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;
export type AnsiColour = (typeof ansiColours)[number];

export type AnsiStyle = { colour: AnsiColour | null; bold: boolean; dim: boolean; italic: boolean; underline: boolean };
export type AnsiSpan = { text: string; style: AnsiStyle };

const plain: AnsiStyle = { colour: null, bold: false, dim: false, italic: false, underline: false };

const esc = '\u001b';
const bell = '\u0007';
/** CSI, then OSC (a title, a hyperlink) up to its BEL or ST, then two-character escapes. */
const sequence = new RegExp(`${esc}\\[([0-?]*)[ -/]*([@-~])|${esc}\\][^${bell}${esc}]*(?:${bell}|${esc}\\\\)?|${esc}[ -/]*[0-~]?`, 'g');
const anyControl = /\p{Cc}/u;
/** Every control character but the tab. */
const otherControls = /(?!\t)\p{Cc}/gu;

export function parseAnsi(line: string): AnsiSpan[] {
  // A progress bar rewrites its line with carriage returns; what stood there last is what a terminal would show.
  const text = line.replace(/\r+$/, '').replace(/^.*\r/s, '');
  const spans: AnsiSpan[] = [];
  let style = plain;
  let from = 0;
  const push = (until: number) => {
    const part = text.slice(from, until).replace(otherControls, '');
    if (part !== '') spans.push({ text: part, style });
  };
  for (const found of text.matchAll(sequence)) {
    push(found.index);
    from = found.index + found[0].length;
    if (found[2] === 'm') style = applySgr(style, found[1] ?? '');
  }
  push(text.length);
  return spans;
}

/** One or more lines as plain text, for searching, copying and the last output of a command. */
export function stripAnsi(text: string): string {
  if (!anyControl.test(text)) return text;
  return text.split('\n').map(stripLine).join('\n');
}

function stripLine(line: string): string {
  return parseAnsi(line)
    .map((span) => span.text)
    .join('');
}

function applySgr(before: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters.split(/[;:]/).map((code) => Number(code || 0));
  let style = before;
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0;
    if (code === 38 || code === 48 || code === 58) {
      const indexed = codes[index + 1] === 5;
      const colour = indexed ? ansiColours[(codes[index + 2] ?? 255) % 8] : undefined;
      if (code === 38 && indexed && (codes[index + 2] ?? 255) < 16 && colour) style = { ...style, colour };
      index += indexed ? 2 : 4;
    } else {
      style = applyCode(style, code);
    }
  }
  return style;
}

function applyCode(style: AnsiStyle, code: number): AnsiStyle {
  if (code === 0) return plain;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 3) return { ...style, italic: true };
  if (code === 4) return { ...style, underline: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 23) return { ...style, italic: false };
  if (code === 24) return { ...style, underline: false };
  if (code === 39) return { ...style, colour: null };
  const colour = code >= 30 && code <= 37 ? ansiColours[code - 30] : code >= 90 && code <= 97 ? ansiColours[code - 90] : undefined;
  return colour ? { ...style, colour } : style;
}
