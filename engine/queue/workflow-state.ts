import type { StateCounts } from '../../contract/resources.ts';
import type { WorkflowState } from '../../contract/workflow.ts';

/**
 * What a workflow is, by its jobs. With something that may still go on it runs. Else it has ended: `failed` with a job that is dead, or one
 * that is blocked, as nothing is left to unblock it; `cancelled` when that was asked for, or at least one job was.
 */
export function stateOfWorkflow(counts: StateCounts, cancelling: boolean): WorkflowState {
  if (counts.scheduled + counts.available + counts.executing + counts.retryable > 0) return 'running';
  if (counts.blocked + counts.dead + counts.cancelled === 0) return 'completed';
  if (cancelling && counts.blocked === 0) return 'cancelled';
  return counts.blocked + counts.dead > 0 ? 'failed' : 'cancelled';
}
