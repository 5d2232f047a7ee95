import type { WorkflowState } from '../../../contract/workflow.ts';
import { client } from '../../data/client.ts';
import { FollowedList, type ShownList, useFollowedList } from '../../data/followed-list.ts';
import { isJobEvent } from '../../data/live.ts';
import { useReloadOn } from '../../data/reload-on.ts';
import { noWorkflows, type WorkflowList, withPage, withProgress, withWorkflowEvents } from './workflow-live.ts';

const pageSize = 200;

/** Give the place where it is used `key={state}`. @param wanted what the list is narrowed to; null: all */
export function useWorkflows(wanted: WorkflowState | null): ShownList<WorkflowList> {
  const { followed, ...shown } = useFollowedList(() => followedWorkflows(wanted));

  // Workflows tell of their state, their jobs of all between: how far those are that run is read anew while jobs move.
  const refresh = async () => {
    if (wanted !== null && wanted !== 'running') return;
    try {
      const { workflows } = await client.call('listWorkflows', { query: { state: ['running'], limit: pageSize } });
      followed.change((list) => withProgress(list, workflows));
    } catch {
      // Without an engine everything is read anew once it is back.
    }
  };
  useReloadOn(
    () => void refresh(),
    (event) => isJobEvent(event) && event.job.workflowId !== null && event.type !== 'job.progress',
    1_000,
  );
  return shown;
}

function followedWorkflows(wanted: WorkflowState | null): FollowedList<WorkflowList> {
  return new FollowedList<WorkflowList>({
    empty: noWorkflows,
    readPage: (cursor, signal) => {
      const query = { limit: pageSize, ...(wanted === null ? {} : { state: [wanted] }), ...(cursor === null ? {} : { cursor }) };
      return client.call('listWorkflows', { query, signal });
    },
    withPage,
    withEvents: (list, events) => withWorkflowEvents(list, events, wanted),
  });
}
