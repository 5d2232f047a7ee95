import { expect, test } from 'vitest';
import type { Circuit } from '../../../contract/circuit.ts';
import type { Operation } from '../../../contract/resources.ts';
import type { WorkflowSummary } from '../../../contract/workflow.ts';
import { inOrder, waitingWords } from '../../../renderer/features/circuits/circuit-words.ts';
import type { AttentionFacts } from '../../../renderer/features/overview/attention-lines.ts';
import { attentionLines } from '../../../renderer/features/overview/attention-lines.ts';

const well: AttentionFacts = {
  health: { status: 'ok', detail: null },
  openCircuits: [],
  failedWorkflows: [],
  isMore: false,
  operations: [],
};
const circuit = (name: string, part: Partial<Circuit> = {}): Circuit => ({
  ...{ name, state: 'open', faults: 5, calls: 5, openedAt: null, probeAt: null, openings: 1, lastFault: null, waiting: 0 },
  ...part,
});
const operation = (part: Partial<Operation>): Operation => ({
  id: 'o',
  action: 'redrive',
  state: 'failed',
  matched: 10,
  done: 3,
  failed: 0,
  ...part,
});
const workflow = (id: string, name: string | null) => ({ id, name, state: 'failed' }) as WorkflowSummary;

test('where all is well, nothing is said', () => {
  expect(attentionLines(well, [])).toEqual([]);
  expect(attentionLines({ ...well, operations: [operation({ state: 'completed' }), operation({ state: 'stopped' })] }, [])).toEqual([]);
});

test('a short disk stands first, then services, workflows and operations, each with where to go', () => {
  const lines = attentionLines(
    {
      health: { status: 'degraded', detail: 'The disk is full.' },
      openCircuits: [circuit('https://a.example', { waiting: 1 })],
      failedWorkflows: [workflow('1', 'photos')],
      isMore: false,
      operations: [operation({ reason: 'the disk is full' })],
    },
    [],
  );
  expect(lines.map(({ to }) => to.path)).toEqual(['/settings', '/circuits', '/workflows/1', '/dead-letters?view=causes']);
  expect(lines.map(({ title }) => title)).toEqual([
    ...['Nothing new is accepted', 'https://a.example does not answer', 'The workflow photos failed', 'Redrive of 10 jobs failed'],
  ]);
  expect(lines[1]?.text).toContain('1 job waits for it');
});

test('several of a kind are one line, and say when they are not all counted', () => {
  const lines = attentionLines(
    {
      ...well,
      openCircuits: [circuit('a', { waiting: 1000 }), circuit('b', { waiting: 2 })],
      failedWorkflows: [workflow('1', null), workflow('2', null)],
      isMore: true,
    },
    [],
  );
  expect(lines.map(({ title }) => title)).toEqual(['2 services do not answer', '2+ workflows failed']);
  expect(lines[0]?.text).toContain('1,002+ jobs wait for them');
});

test('an operation that was put away is not told again; one that stopped itself is told with its reason', () => {
  const stopped = operation({ id: 'p', state: 'stopped', reason: 'a canary died of the same cause' });
  expect(attentionLines({ ...well, operations: [operation({}), stopped] }, ['o']).map(({ text }) => text)).toEqual([
    '3 done: a canary died of the same cause',
  ]);
});

test('services that are not called stand first, the one that most jobs wait for before the rest', () => {
  const circuits = [circuit('c', { state: 'closed' }), circuit('b', { waiting: 2 }), circuit('a'), circuit('t', { state: 'half-open' })];
  expect(inOrder(circuits).map(({ name }) => name)).toEqual(['b', 'a', 't', 'c']);
  expect([waitingWords(999), waitingWords(1000)]).toEqual(['999', '1,000+']);
});
