/**
 * The workflow drawn: what waits for what, and how each stands now. One node at a time takes the focus; arrow keys go along the edges
 * and within a column. The same jobs stand in a list for whoever cannot use a drawing.
 */

import type { KeyboardEvent, MouseEvent } from 'react';
import { useEffect, useEffectEvent, useId, useMemo, useRef, useState } from 'react';
import type { JobState } from '../../../contract/states.ts';
import type { WorkflowJob } from '../../../contract/workflow.ts';
import { failurePolicies } from '../../../contract/workflow.ts';
import { IconButton } from '../../ui/button.tsx';
import type { Graph } from './graph-groups.ts';
import type { Point } from './graph-layout.ts';
import { layoutOf, nodeHeight, nodeWidth, pathText } from './graph-layout.ts';
import { GraphNodeShape, nodeWords } from './graph-node.tsx';
import type { Size } from './pan-zoom.ts';
import { usePanZoom } from './use-pan-zoom.ts';
import styles from './workflow-graph.module.css';
import { policyWords } from './workflow-words.ts';

type WorkflowGraphProps = {
  graph: Graph;
  jobs: readonly WorkflowJob[];
  /** The job whose details are open. */
  shown: string | null;
  addressOf(nodeId: string): string;
  onOpen(nodeId: string): void;
};

/** Links inside an SVG are elements of their own kind, which React's types do not tell apart. */
type Focusable = { focus(options?: FocusOptions): void };

const zoomStep = 1.3;

export function WorkflowGraph({ graph, jobs, shown, addressOf, onOpen }: WorkflowGraphProps) {
  const layout = useMemo(() => layoutOf(graph), [graph]);
  const states = useMemo(() => new Map(graph.nodes.map(({ id, members }) => [id, statesOf(members, jobs)])), [graph, jobs]);
  const first = graph.nodes[0]?.id ?? '';
  const [active, setActive] = useState(() => firstToSee(graph, jobs, shown) ?? first);
  const { frame, view, zoom, showAll, reveal, onPointerDown } = usePanZoom(layout, boxOf(layout.places.get(active)));
  const elements = useRef(new Map<string, Focusable>());
  const pressedAt = useRef({ x: 0, y: 0 });
  const arrows = useId();
  // Details that were opened elsewhere (a link, the list of what comes before) bring their node into sight.
  const [shownBefore, setShownBefore] = useState(shown);
  if (shown !== shownBefore) {
    setShownBefore(shown);
    const node = shown === null ? undefined : nodeHolding(graph, jobs, ({ id }) => id === shown);
    if (node !== undefined) setActive(node);
  }
  const bringIn = useEffectEvent(() => {
    const place = layout.places.get(active);
    if (place) reveal(boxOf(place));
  });
  useEffect(() => {
    if (shown !== null) bringIn();
  }, [shown]);
  const policies = failurePolicies.filter((policy) => graph.edges.some((edge) => edge.policy === policy));

  const focus = (id: string | undefined) => {
    const place = id === undefined ? undefined : layout.places.get(id);
    if (id === undefined || !place) return;
    setActive(id);
    elements.current.get(id)?.focus({ preventScroll: true });
    reveal(boxOf(place));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const column = layout.columns.find((ids) => ids.includes(active)) ?? [];
    const at = column.indexOf(active);
    const nearest = (ids: string[]) => {
      const y = layout.places.get(active)?.y ?? 0;
      const far = (id: string) => Math.abs((layout.places.get(id)?.y ?? 0) - y);
      return ids.toSorted((one, other) => far(one) - far(other))[0];
    };
    if (event.key === 'ArrowDown') focus(column[at + 1]);
    else if (event.key === 'ArrowUp') focus(column[at - 1]);
    else if (event.key === 'ArrowRight') focus(nearest(graph.edges.flatMap(({ from, to }) => (from === active ? [to] : []))));
    else if (event.key === 'ArrowLeft') focus(nearest(graph.edges.flatMap(({ from, to }) => (to === active ? [from] : []))));
    else if (event.key === 'Home') focus(first);
    else if (event.key === 'End') focus(graph.nodes.at(-1)?.id);
    else if (event.key === '+' || event.key === '=') zoom(zoomStep);
    else if (event.key === '-') zoom(1 / zoomStep);
    else if (event.key === '0') showAll();
    else return;
    event.preventDefault();
  };
  const onClick = (event: MouseEvent, id: string) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    // The end of a drag is no click; Enter has no place.
    const moved = event.detail > 0 && Math.hypot(event.clientX - pressedAt.current.x, event.clientY - pressedAt.current.y) > 4;
    if (!moved) onOpen(id);
  };

  return (
    <section
      ref={frame}
      className={styles.frame}
      aria-label="Graph"
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        pressedAt.current = { x: event.clientX, y: event.clientY };
        onPointerDown(event);
      }}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be drawn in */}
      <svg className={styles.drawing} role="group" aria-label={`${graph.nodes.length} steps; arrow keys go along what waits for what`}>
        <defs>
          {(['quiet', 'bad'] as const).map((tone) => (
            <marker
              key={tone}
              id={`${arrows}${tone}`}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="9"
              markerHeight="9"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M1 1l6 3-6 3z" className={styles.arrow} data-tone={tone} />
            </marker>
          ))}
        </defs>
        <g transform={`translate(${view.x} ${view.y}) scale(${view.scale})`}>
          {graph.edges.map(({ from, to, policy }, at) => {
            const points = layout.paths[at] ?? [];
            const held = holdsUp(states.get(from) ?? [], policy);
            const near = from === active || to === active;
            return (
              <path
                key={`${from} ${to}`}
                d={pathText(points)}
                className={styles.edge}
                data-policy={policy}
                data-held={held || undefined}
                data-near={near || undefined}
                markerEnd={`url(#${arrows}${held ? 'bad' : 'quiet'})`}
              />
            );
          })}
          {graph.nodes.map((node) => {
            const place = layout.places.get(node.id);
            const own = states.get(node.id) ?? [];
            if (!place) return null;
            return (
              <a
                key={node.id}
                href={`#${addressOf(node.id)}`}
                ref={(element) => {
                  if (element) elements.current.set(node.id, element);
                  else elements.current.delete(node.id);
                }}
                className={styles.node}
                tabIndex={node.id === active ? 0 : -1}
                draggable={false}
                aria-label={nodeWords(node, own, graph)}
                aria-current={(node.members.length === 1 && jobs[node.members[0] ?? 0]?.id === shown) || undefined}
                onFocus={() => setActive(node.id)}
                onClick={(event) => onClick(event, node.id)}
              >
                <GraphNodeShape node={node} states={own} job={jobs[node.members[0] ?? 0]} x={place.x} y={place.y} />
              </a>
            );
          })}
        </g>
      </svg>
      {policies.length > 0 && (
        <ul className={styles.legend} aria-label="What becomes of a job if one that it waits for fails">
          {policies.map((policy) => (
            <li key={policy} title={policyWords[policy].long}>
              <svg width="26" height="8" aria-hidden="true">
                <path d="M1 4h24" className={styles.edge} data-policy={policy} />
              </svg>
              {policyWords[policy].short}
            </li>
          ))}
          <li className={styles.legendHint}>if what it waits for fails</li>
        </ul>
      )}
      <div className={styles.tools} role="toolbar" aria-label="Size of the graph">
        <IconButton icon="submit" label="Larger" shortcut="+" tone="default" onClick={() => zoom(zoomStep)} />
        <IconButton icon="minus" label="Smaller" shortcut="−" tone="default" onClick={() => zoom(1 / zoomStep)} />
        <IconButton icon="fit" label="Show all of it" shortcut="0" tone="default" onClick={showAll} />
      </div>
    </section>
  );
}

function statesOf(members: readonly number[], jobs: readonly WorkflowJob[]): JobState[] {
  return members.flatMap((place) => jobs[place]?.state ?? []);
}

function boxOf(place: Point = { x: 0, y: 0 }): Point & Size {
  return { ...place, width: nodeWidth, height: nodeHeight };
}

function nodeHolding({ nodes }: Graph, jobs: readonly WorkflowJob[], matches: (job: WorkflowJob) => boolean): string | undefined {
  return nodes.find(({ members }) =>
    members.some((place) => {
      const job = jobs[place];
      return job !== undefined && matches(job);
    }),
  )?.id;
}

/** The job that was asked for, else what failed, else what runs. */
function firstToSee(graph: Graph, jobs: readonly WorkflowJob[], shown: string | null): string | undefined {
  return (
    nodeHolding(graph, jobs, ({ id }) => id === shown) ??
    nodeHolding(graph, jobs, ({ state }) => state === 'dead') ??
    nodeHolding(graph, jobs, ({ state }) => state === 'executing')
  );
}

/** What failed and is waited for, so that the eye finds where a workflow stands still. */
function holdsUp(from: readonly JobState[], policy: string): boolean {
  return policy !== 'continue' && from.some((state) => state === 'dead' || state === 'cancelled');
}
