import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  attemptOutcomes,
  finalStates,
  isFinal,
  isWaiting,
  type JobState,
  jobStates,
  mayBecome,
  transitions,
} from '../../../contract/states.ts';

const page = readFileSync(new URL('../../../docs/states.md', import.meta.url), 'utf8');

/** What the first column of the tables names. */
const rowsOf = (text: string) => [...text.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, word]) => word);

/** The arrows of the page's diagram. `[*]` is where a job begins or ends. */
function drawn(): { from: string; to: string }[] {
  const diagram = /```mermaid\nstateDiagram-v2\n(.*?)```/s.exec(page)?.[1] ?? '';
  const lines = diagram.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const arrow = /^\s+(\S+) --> ([^\s:]+)(?:: \S.*)?$/.exec(line);
    if (!arrow) throw new Error(`the diagram holds a line that is no arrow: ${line}`);
    return { from: arrow[1] ?? '', to: arrow[2] ?? '' };
  });
}

describe('the table of states', () => {
  test('holds exactly the arrows that docs/states.md draws', () => {
    const arrows = drawn().filter(({ from, to }) => from !== '[*]' && to !== '[*]');
    const table = jobStates.flatMap((from) => transitions[from].map((to) => ({ from, to })));
    const named = ({ from, to }: { from: string; to: string }) => `${from} → ${to}`;
    expect(arrows.map(named).sort()).toEqual(table.map(named).sort());
  });

  test('knows every state that the page describes, and every outcome of an attempt', () => {
    const [states = '', attempts = ''] = page.split('## Attempts');
    expect(rowsOf(states)).toEqual([...jobStates]);
    expect(rowsOf(attempts).toSorted()).toEqual([...attemptOutcomes].sort());
  });

  test('lets no job stay where it is, and leads each state to an end', () => {
    for (const from of jobStates) {
      expect(mayBecome(from, from)).toBe(false);
      const reached = new Set<JobState>([from]);
      for (const state of reached) for (const next of transitions[state]) reached.add(next);
      expect([...reached].some(isFinal)).toBe(true);
    }
  });

  test('never leaves `completed`, and the other ends only by way of the line, or of waiting for others', () => {
    expect(transitions.completed).toEqual([]);
    expect(transitions.dead).toEqual(['available', 'blocked']);
    expect(transitions.cancelled).toEqual(['available', 'blocked']);
  });

  test('starts a job only from the line', () => {
    expect(jobStates.filter((from) => mayBecome(from, 'executing'))).toEqual(['available']);
  });
});

test('a state is final, waits, or runs: one of the three', () => {
  for (const state of jobStates) {
    expect([isFinal(state), isWaiting(state), state === 'executing'].filter(Boolean), state).toHaveLength(1);
  }
  expect(jobStates.filter(isFinal)).toEqual([...finalStates]);
});

test('what waits can be cancelled, and so can what runs', () => {
  expect(jobStates.filter((state) => mayBecome(state, 'cancelled')).sort()).toEqual(jobStates.filter((state) => !isFinal(state)).sort());
});
