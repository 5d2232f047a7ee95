/** What can be done with the chosen rows. Floats over the list's foot, so that choosing the first row moves nothing. */

import { useEffect, useRef, useState } from 'react';
import type { JobState } from '../../../contract/states.ts';
import { useCounts } from '../../data/counts.ts';
import { operationBegan } from '../../data/operations.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { formatCount } from '../../ui/format.ts';
import { describeError } from '../../ui/notice.tsx';
import { showToast } from '../../ui/toast.tsx';
import type { BulkAction, BulkResult } from './bulk.ts';
import { actOnIds, actOnMatching, bulkActions, mostOneByOne, narrowedTo, runBulk } from './bulk.ts';
import styles from './bulk-bar.module.css';
import type { JobFilter } from './job-filter.ts';
import { totalIn } from './job-filter.ts';

export type Running = { action: BulkAction; finished: number; of: number };

export function everythingWords(matching: string): string {
  return `Select all ${matching} that match`;
}

type BulkBarProps = {
  /** The chosen ids with their state, as far as it is known. */
  chosen: ReadonlyMap<string, JobState | undefined>;
  filter: JobFilter;
  /** Everything that the filter matches is meant, not just what was read of it. */
  everything: boolean;
  /** How many match, in words. */
  matching: string;
  /** More is meant than what was read, and there is more. */
  isMore: boolean;
  running: Running | null;
  onRunning: (running: Running | null) => void;
  onEverything: () => void;
  onDone: (ids: readonly string[]) => void;
  onClear: () => void;
};

const order: readonly BulkAction[] = ['retry', 'run-now', 'cancel', 'delete'];

function jobs(count: number): string {
  return count === 1 ? '1 job' : `${formatCount(count)} jobs`;
}

function report(action: BulkAction, { done, refused }: BulkResult): void {
  const failed = refused.reduce((sum, { ids }) => sum + ids.length, 0);
  const title = `${jobs(done.length)} ${bulkActions[action].done}`;
  if (failed === 0) {
    showToast({ tone: 'done', title });
    return;
  }
  const reasons = refused.slice(0, 3).map(({ reason, ids }) => `${formatCount(ids.length)}× ${reason}`);
  showToast({ tone: 'error', title: `${title}; ${formatCount(failed)} could not be, and stay selected`, text: reasons.join(' — ') });
}

export function BulkBar(props: BulkBarProps) {
  const { chosen, filter, everything, matching, isMore, running, onRunning, onEverything, onDone, onClear } = props;
  const [asked, setAsked] = useState<BulkAction | null>(null);
  const { data: counts } = useCounts();
  const abort = useRef<AbortController>(undefined);
  useEffect(() => () => abort.current?.abort(), []);

  const idsFor = (action: BulkAction) =>
    [...chosen].flatMap(([id, state]) => (state === undefined || bulkActions[action].applies(state) ? [id] : []));

  /** How many jobs an action is about; undefined where only the engine can tell. */
  const countFor = (action: BulkAction): number | undefined => {
    if (!everything) return idsFor(action).length;
    const narrowed = narrowedTo(action, filter);
    if (narrowed === null) return 0;
    return counts && totalIn(counts, narrowed);
  };
  const nounFor = (action: BulkAction) => {
    const count = countFor(action);
    return count === undefined ? 'all that match' : jobs(count);
  };

  const runOperation = async (action: BulkAction) => {
    const ids = idsFor(action);
    onRunning({ action, finished: 0, of: ids.length });
    try {
      const begun = everything ? await actOnMatching(action, filter) : await actOnIds(action, ids);
      for (const operation of begun) operationBegan(operation);
      onClear();
    } catch (thrown) {
      const { title, text } = describeError(thrown as Error);
      showToast({ tone: 'error', title, text });
    } finally {
      onRunning(null);
    }
  };

  const run = async (action: BulkAction) => {
    setAsked(null);
    const ids = idsFor(action);
    if (everything || ids.length > mostOneByOne) return runOperation(action);
    const aborting = new AbortController();
    abort.current = aborting;
    onRunning({ action, finished: 0, of: ids.length });
    const result = await runBulk(action, ids, (finished) => onRunning({ action, finished, of: ids.length }), aborting.signal);
    onRunning(null);
    if (aborting.signal.aborted) return;
    onDone(result.done);
    report(action, result);
  };

  const start = (action: BulkAction) => {
    // What is out of sight is asked about, whatever is to be done to it.
    if (everything || action === 'delete' || action === 'cancel') setAsked(action);
    else void run(action);
  };

  return (
    <div className={styles.place}>
      <div className={styles.bar} role="toolbar" aria-label="Selected jobs">
        <span className={styles.count} role="status">
          {running && running.finished > 0
            ? `${formatCount(running.finished)} of ${formatCount(running.of)}…`
            : everything
              ? `All ${matching} that match`
              : `${formatCount(chosen.size)} selected`}
        </span>
        {isMore && !everything && (
          <Button tone="quiet" className={styles.everything ?? ''} disabled={running !== null} onClick={onEverything}>
            {everythingWords(matching)}
          </Button>
        )}
        {order.map((action) => {
          const count = countFor(action);
          return (
            <Button
              key={action}
              tone={action === 'delete' ? 'danger' : 'default'}
              disabled={count === 0 || running !== null}
              busy={running?.action === action}
              onClick={() => start(action)}
            >
              {bulkActions[action].verb}
              {count !== undefined && count > 0 && (everything || count < chosen.size) && ` ${formatCount(count)}`}
            </Button>
          );
        })}
        <Button tone="quiet" shortcut="Esc" onClick={onClear}>
          Clear
        </Button>
      </div>
      {order.map((action) => (
        <Confirm
          key={action}
          open={asked === action}
          title={`${bulkActions[action].verb} ${nounFor(action)}?`}
          verb={`${bulkActions[action].verb} ${nounFor(action)}`}
          tone={action === 'cancel' || action === 'delete' ? 'danger' : 'primary'}
          {...(action === 'cancel' ? { keep: 'Let them run' } : {})}
          onConfirm={() => void run(action)}
          onClose={() => setAsked(null)}
        >
          {bulkActions[action].consequence}
          {everything && ' This is about everything that the filter matches now, also what is not in sight; it can be stopped on the way.'}
        </Confirm>
      ))}
    </div>
  );
}
