/** Colours and marks, where a person looks at a terminal that shows them. */

import { styleText } from 'node:util';
import type { JobState } from '../contract/states.ts';
import { stateWords } from '../contract/states.ts';
import type { Io, TerminalOutput } from './io.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'cyan' | 'magenta' | 'gray';

export type Paint = {
  /** A terminal rather than a file or a pipe: marks are shown and lines are cut to its width. */
  readonly forPeople: boolean;
  /** Columns of the terminal; null when nothing is to be cut. */
  readonly width: number | null;
  style(style: Style, text: string): string;
};

/** NO_COLOR (no-color.org) and TERM=dumb take the colours; the shapes and words stay, as each state has both. */
export function paintFor(stream: TerminalOutput, env: Io['env']): Paint {
  const forPeople = stream.isTTY === true;
  const colours = forPeople && !env.NO_COLOR && env.TERM !== 'dumb';
  return {
    forPeople,
    width: forPeople ? Math.max(20, stream.columns ?? 80) : null,
    style: (style, text) => (colours && text !== '' ? styleText(style, text, { validateStream: false }) : text),
  };
}

export const stateMarks: Readonly<Record<JobState, { mark: string; style: Style }>> = {
  blocked: { mark: '◫', style: 'gray' },
  scheduled: { mark: '◷', style: 'magenta' },
  available: { mark: '○', style: 'blue' },
  executing: { mark: '◐', style: 'cyan' },
  retryable: { mark: '↻', style: 'yellow' },
  completed: { mark: '✓', style: 'green' },
  dead: { mark: '✕', style: 'red' },
  cancelled: { mark: '⊘', style: 'gray' },
};

/** The state's shape and word; in a pipe its name in the interface alone, so that `awk '$2 == "dead"'` finds it. */
export function stateLabel(state: JobState, paint: Paint): string {
  return paint.forPeople ? `${stateMarks[state].mark} ${stateWords[state]}` : state;
}
