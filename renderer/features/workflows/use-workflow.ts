/** A workflow with all of its jobs: read once, then kept in step by the event stream. */

import { useMemo, useState } from 'react';
import { Problem } from '../../../contract/errors.ts';
import type { EngineEvent } from '../../../contract/events.ts';
import type { Workflow } from '../../../contract/workflow.ts';
import { client } from '../../data/client.ts';
import { useEventBatches } from '../../data/live.ts';
import { useReloadOn } from '../../data/reload-on.ts';
import { useResource } from '../../data/resource.ts';
import { isStale, withJobEvents } from './workflow-live.ts';

export type ShownWorkflow = {
  workflow: Workflow | undefined;
  error: Error | undefined;
  /** It was there, or never was, and is no more. */
  gone: boolean;
  reload(): void;
};

export function useWorkflow(id: string): ShownWorkflow {
  const read = useResource(`workflow ${id}`, (signal) => client.call('getWorkflow', { params: { id }, signal }));
  const { data, reload } = read;
  const [told, setTold] = useState<{ since: Workflow | undefined; workflow: Workflow | undefined }>({
    since: undefined,
    workflow: undefined,
  });
  const [deleted, setDeleted] = useState(false);
  const workflow = told.since === data ? (told.workflow ?? data) : data;

  useEventBatches((events) => {
    if (events.some((event) => event.type === 'workflow.deleted' && event.workflow.id === id)) setDeleted(true);
    if (!workflow) return;
    const next = withJobEvents(workflow, events);
    if (next !== workflow) setTold({ since: data, workflow: next });
  });
  // How it stands after events is exact but for what a retry puts in; and for events that came while it was being read.
  // Their ids are those that were read: made once for thousands of jobs, not for each of their events.
  const known = useMemo(() => new Set(data?.jobs.map((job) => job.id)), [data]);
  const concerns = (event: EngineEvent) =>
    ('workflow' in event && event.workflow.id === id) || (data !== undefined && isStale(id, known, event));
  useReloadOn(reload, concerns, 1_000);

  const notFound = read.error instanceof Problem && ['not-found', 'invalid-request'].includes(read.error.code);
  return { workflow, error: notFound ? undefined : read.error, gone: notFound || deleted, reload };
}
