/** What needs someone, read together: what changes it is heard of by events, and the disk is asked about every so often. */

import { useEffect, useState } from 'react';
import { client } from '../../data/client.ts';
import { isJobEvent } from '../../data/live.ts';
import { useReloadOn } from '../../data/reload-on.ts';
import { useResource } from '../../data/resource.ts';
import type { AttentionFacts, AttentionLine } from './attention-lines.ts';
import { attentionLines } from './attention-lines.ts';

const readMost = 100;
const diskMs = 10_000;
const dismissedKey = 'switchyard-dismissed-operations';
/** The engine forgets old operations as well. */
const dismissedMost = 200;

export type Attention = { lines: readonly AttentionLine[]; dismiss(operationId: string): void };

export function useAttention(): Attention {
  const [dismissed, setDismissed] = useState<readonly string[]>(readDismissed);
  const { data, reload } = useResource('attention', async (signal): Promise<AttentionFacts> => {
    const [health, circuits, workflows, operations] = await Promise.all([
      client.call('getHealth', { signal }),
      client.call('listCircuits', { query: { limit: 500 }, signal }),
      client.call('listWorkflows', { query: { state: ['failed'], limit: readMost }, signal }),
      client.call('listOperations', { query: { limit: readMost }, signal }),
    ]);
    return {
      health,
      openCircuits: circuits.circuits.filter(({ state }) => state !== 'closed'),
      failedWorkflows: workflows.workflows,
      isMore: workflows.next !== null,
      operations: operations.operations,
    };
  });
  useReloadOn(
    reload,
    (event) =>
      'circuit' in event || 'workflow' in event || (isJobEvent(event) && event.type !== 'job.progress' && event.type !== 'job.started'),
    5_000,
  );
  useEffect(() => {
    const timer = setInterval(reload, diskMs);
    return () => clearInterval(timer);
  }, [reload]);
  return {
    lines: data ? attentionLines(data, dismissed) : [],
    dismiss: (id) => {
      const next = [...dismissed, id].slice(-dismissedMost);
      localStorage.setItem(dismissedKey, JSON.stringify(next));
      setDismissed(next);
    },
  };
}

function readDismissed(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(dismissedKey) ?? '[]');
    return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}
