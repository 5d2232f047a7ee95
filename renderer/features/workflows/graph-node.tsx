import type { JobState } from '../../../contract/states.ts';
import { jobStates, stateWords } from '../../../contract/states.ts';
import type { WorkflowJob } from '../../../contract/workflow.ts';
import { formatCount, formatDuration } from '../../ui/format.ts';
import { StateShape } from '../../ui/state-mark.tsx';
import type { Graph, GraphNode } from './graph-groups.ts';
import { nodeHeight, nodeWidth } from './graph-layout.ts';
import styles from './graph-node.module.css';
import { policyWords, tellingState } from './workflow-words.ts';

const lettersMost = 24;

type GraphNodeShapeProps = {
  node: GraphNode;
  states: readonly JobState[];
  /** Of a node that is one job. */
  job: WorkflowJob | undefined;
  x: number;
  y: number;
};

export function GraphNodeShape({ node, states, job, x, y }: GraphNodeShapeProps) {
  const state = tellingState(states);
  const many = states.length > 1;
  return (
    <g transform={`translate(${x} ${y})`} className={styles.node} data-state={state}>
      {many && <rect x={5} y={-4} width={nodeWidth - 10} height={nodeHeight} rx={6} className={styles.box} />}
      <rect width={nodeWidth} height={nodeHeight} rx={6} className={styles.box} />
      <StateShape state={state} x={12} y={many ? 8 : 11} />
      <text x={32} y={many ? 18 : 21} className={styles.name}>
        {clipped(many ? `${node.label} × ${formatCount(states.length)}` : node.label)}
      </text>
      <text x={32} y={many ? 32 : 36} className={styles.words}>
        {many ? groupWords(states) : job ? jobWords(job) : ''}
      </text>
      {many && <StateBar states={states} />}
      <title>{node.label}</title>
    </g>
  );
}

function StateBar({ states }: { states: readonly JobState[] }) {
  const whole = nodeWidth - 24;
  let x = 12;
  return (
    <>
      <rect x={12} y={nodeHeight - 8} width={whole} height={3} rx={1.5} className={styles.track} />
      {(['completed', 'cancelled', 'dead', 'retryable', 'executing'] as const).map((state) => {
        const width = (states.filter((each) => each === state).length / states.length) * whole;
        if (width === 0) return null;
        const part = (
          <rect key={state} x={x} y={nodeHeight - 8} width={Math.max(2, width)} height={3} className={styles.part} data-state={state} />
        );
        x += width;
        return part;
      })}
    </>
  );
}

function jobWords({ state, attempt, maxAttempts, startedAt, finishedAt, task, name }: WorkflowJob): string {
  const words = stateWords[state];
  if (state === 'completed' && startedAt !== null && finishedAt !== null)
    return `${words} in ${formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))}`;
  if (state === 'executing' || state === 'retryable') return attempt > 1 ? `${words}, ${attempt} of ${maxAttempts}` : words;
  if (state === 'dead' && attempt > 1) return `${words} after ${attempt} attempts`;
  return name === task || state !== 'blocked' ? words : clipped(`${words} · ${task}`);
}

function groupWords(states: readonly JobState[]): string {
  const count = (state: JobState) => states.filter((each) => each === state).length;
  const words = [`${formatCount(count('completed'))} done`];
  for (const state of ['dead', 'executing', 'retryable', 'cancelled'] as const) {
    if (count(state) > 0 && words.length < 3) words.push(`${formatCount(count(state))} ${stateWords[state].toLowerCase()}`);
  }
  return words.join(', ');
}

function clipped(text: string): string {
  return text.length <= lettersMost ? text : `${text.slice(0, lettersMost - 1)}…`;
}

/** What a screen reader says of a node. */
export function nodeWords({ id, label, members }: GraphNode, states: readonly JobState[], { edges }: Graph): string {
  const counts = jobStates.flatMap((state) => {
    const count = states.filter((each) => each === state).length;
    return count === 0 ? [] : [members.length === 1 ? stateWords[state] : `${formatCount(count)} ${stateWords[state].toLowerCase()}`];
  });
  const before = edges.filter(({ to }) => to === id);
  const waits = before
    .slice(0, 5)
    .map(({ from, policy }) => (policy === 'mixed' || policy === 'block' ? from : `${from} (${policyWords[policy].short})`));
  if (before.length > waits.length) waits.push(`${formatCount(before.length - waits.length)} more`);
  const name = members.length === 1 ? label : `${formatCount(members.length)} jobs: ${label}`;
  return `${name}. ${counts.join(', ')}${waits.length === 0 ? '' : `. After ${waits.join(', ')}`}`;
}
