/** What can be done with the chosen rows. Floats over the list's foot, so that choosing the first row moves nothing. */

import { useEffect, useRef, useState } from 'react';
import type { JobState } from '../../../contract/states.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { formatCount } from '../../ui/format.ts';
import { showToast } from '../../ui/toast.tsx';
import type { BulkAction, BulkResult } from './bulk.ts';
import { bulkActions, runBulk } from './bulk.ts';
import styles from './bulk-bar.module.css';

type BulkBarProps = {
  /** The chosen ids with their state, as far as it is known. */
  chosen: ReadonlyMap<string, JobState | undefined>;
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

export function BulkBar({ chosen, onDone, onClear }: BulkBarProps) {
  const [asked, setAsked] = useState<BulkAction | null>(null);
  const [running, setRunning] = useState<{ action: BulkAction; finished: number; of: number } | null>(null);
  const abort = useRef<AbortController>(undefined);
  useEffect(() => () => abort.current?.abort(), []);

  const idsFor = (action: BulkAction) =>
    [...chosen].flatMap(([id, state]) => (state === undefined || bulkActions[action].applies(state) ? [id] : []));

  const run = async (action: BulkAction) => {
    setAsked(null);
    const ids = idsFor(action);
    const aborting = new AbortController();
    abort.current = aborting;
    setRunning({ action, finished: 0, of: ids.length });
    const result = await runBulk(action, ids, (finished) => setRunning({ action, finished, of: ids.length }), aborting.signal);
    setRunning(null);
    if (aborting.signal.aborted) return;
    onDone(result.done);
    report(action, result);
  };

  const start = (action: BulkAction) => {
    if (action === 'delete' || action === 'cancel') setAsked(action);
    else void run(action);
  };

  const askedCount = asked ? idsFor(asked).length : 0;
  return (
    <div className={styles.place}>
      <div className={styles.bar} role="toolbar" aria-label="Selected jobs">
        <span className={styles.count} role="status">
          {running ? `${formatCount(running.finished)} of ${formatCount(running.of)}…` : `${formatCount(chosen.size)} selected`}
        </span>
        {order.map((action) => {
          const count = idsFor(action).length;
          return (
            <Button
              key={action}
              tone={action === 'delete' ? 'danger' : 'default'}
              disabled={count === 0 || running !== null}
              busy={running?.action === action}
              onClick={() => start(action)}
            >
              {bulkActions[action].verb}
              {count > 0 && count < chosen.size && ` ${formatCount(count)}`}
            </Button>
          );
        })}
        <Button tone="quiet" shortcut="Esc" onClick={onClear}>
          Clear
        </Button>
      </div>
      <Confirm
        open={asked === 'delete'}
        title={`Delete ${jobs(askedCount)}?`}
        verb={`Delete ${jobs(askedCount)}`}
        onConfirm={() => void run('delete')}
        onClose={() => setAsked(null)}
      >
        Their payloads, results, attempts and logs go with them. This cannot be undone.
      </Confirm>
      <Confirm
        open={asked === 'cancel'}
        title={`Cancel ${jobs(askedCount)}?`}
        verb={`Cancel ${jobs(askedCount)}`}
        keep="Let them run"
        onConfirm={() => void run('cancel')}
        onClose={() => setAsked(null)}
      >
        Running tasks are told to stop, and ended after a few seconds if they do not. Cancelled jobs can be retried later.
      </Confirm>
    </div>
  );
}
