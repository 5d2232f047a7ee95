/** The terminal's other screen, in which `top` draws, and its keys. */

import type { Io } from '../io.ts';

export type Screen = {
  draw(lines: readonly string[]): void;
  size(): { width: number; height: number };
  /** Puts everything back as it was. May be called twice. */
  close(): void;
};

const enter = '\x1b[?1049h\x1b[?25l';
/** q, Escape, Ctrl-C and Ctrl-D: raw mode hands the latter over as keys. */
const quitKeys: ReadonlySet<string> = new Set(['q', 'Q', '\x1b', '\x03', '\x04']);
const leave = '\x1b[?25h\x1b[?1049l';

export function openScreen({ stdin, stdout }: Io, on: { quit(): void; resize(): void }): Screen {
  const keys = (data: Buffer | string) => {
    if (quitKeys.has(String(data))) on.quit();
  };
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    process.off('exit', close);
    stdout.off('resize', on.resize);
    stdin.off('data', keys);
    stdin.setRawMode?.(false);
    stdin.pause();
    stdout.write(leave);
  };
  // Also when the process ends on another way: a terminal left in raw mode is of no use to its owner.
  process.on('exit', close);
  stdout.on('resize', on.resize);
  if (stdin.isTTY) {
    stdin.setRawMode?.(true);
    stdin.on('data', keys).resume();
  }
  stdout.write(enter);
  return {
    // Line by line over the old picture rather than after clearing it, which would flicker.
    draw: (lines) => {
      if (open) stdout.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J`);
    },
    size: () => ({ width: Math.max(20, stdout.columns ?? 80), height: Math.max(5, stdout.rows ?? 24) }),
    close,
  };
}
