import { describe, expect, it } from 'vitest';
import { parseAnsi, stripAnsi } from '../../../renderer/ui/ansi.ts';

const styles = (line: string) =>
  parseAnsi(line).map(({ text, style }) => [
    text,
    ...Object.entries(style).flatMap(([name, value]) => (value === true ? [name] : value ? [value] : [])),
  ]);

describe('terminal colours in a log line', () => {
  it('colours what follows until it is reset', () => {
    expect(styles('a \u001b[31mred\u001b[0m b')).toEqual([['a '], ['red', 'red'], [' b']]);
  });

  it('combines weight and colour, and takes bright colours and the first sixteen of 256', () => {
    expect(styles('\u001b[1;92mok\u001b[22m!\u001b[38;5;12mblue')).toEqual([
      ['ok', 'green', 'bold'],
      ['!', 'green'],
      ['blue', 'blue'],
    ]);
  });

  it('skips the numbers of a true colour instead of taking them for styles', () => {
    expect(styles('\u001b[38;2;1;4;31mtext')).toEqual([['text']]);
  });

  it('keeps the lines of a text apart, each as its own line would be', () => {
    expect(stripAnsi('\u001b[31mfirst\u001b[0m\n10 %\r90 %\nlast\n')).toBe('first\n90 %\nlast\n');
  });

  it('drops cursor movements, titles, hyperlinks and stray control characters but keeps tabs', () => {
    expect(stripAnsi('\u001b[2K\u001b]0;title\u0007a\u001b]8;;https://x.example\u001b\\link\u001b]8;;\u001b\\\tb\u0008\u0000')).toBe(
      'alink\tb',
    );
  });

  it('shows of a line that was rewritten what stood there last', () => {
    expect(stripAnsi('10 %\r50 %\r100 %\r')).toBe('100 %');
  });

  it('ends with a sequence that was cut off', () => {
    expect(stripAnsi('text\u001b[')).toBe('text');
    expect(stripAnsi('text\u001b')).toBe('text');
  });
});
