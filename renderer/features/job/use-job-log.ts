/** A job's log as it grows. */

import { useEffect, useState } from 'react';
import { Problem } from '../../../contract/errors.ts';
import type { LogLine } from '../../../contract/job.ts';
import { client } from '../../data/client.ts';
import type { LogState } from '../../ui/log-view.tsx';

export type JobLog = { id: string; lines: readonly LogLine[]; state: LogState };

/** A busy log is shown this often, not once a line. */
const flushMs = 80;
const firstDelayMs = 500;
const longestDelayMs = 5_000;

/**
 * Follows the log of a job until its end. The stream begins with the first line each time, so a connection that was lost
 * starts over; what is shown is replaced only once as much has come again.
 * @param open whether more may come: the job is not final. When it changes, the log is read anew, whole.
 */
export function useJobLog(id: string, open: boolean): JobLog {
  const [log, setLog] = useState<JobLog>({ id, lines: [], state: 'connecting' });

  useEffect(() => {
    const abort = new AbortController();
    void follow(id, open, abort.signal, (lines, state) =>
      setLog((before) => ({
        id,
        state,
        lines: before.id === id && state !== 'ended' && before.lines.length > lines.length ? before.lines : lines,
      })),
    );
    return () => abort.abort();
  }, [id, open]);

  return log.id === id ? log : { id, lines: [], state: 'connecting' };
}

async function follow(id: string, open: boolean, signal: AbortSignal, show: (lines: LogLine[], state: LogState) => void): Promise<void> {
  for (let delayMs = firstDelayMs; !signal.aborted; delayMs = Math.min(longestDelayMs, delayMs * 2)) {
    const lines: LogLine[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      if (!signal.aborted) show([...lines], open ? 'live' : 'connecting');
    };
    // Says so even when the job has not logged anything yet.
    timer = setTimeout(flush, flushMs);
    try {
      for await (const line of client.followLogs(id, signal)) {
        lines.push(line);
        timer ??= setTimeout(flush, flushMs);
      }
      clearTimeout(timer);
      if (signal.aborted) return;
      show(lines, 'ended');
      if (!open) return;
      // It ended, but the job is not known here as final yet: `open` is about to change, or the engine is stopping.
    } catch (error) {
      clearTimeout(timer);
      if (signal.aborted) return;
      if (error instanceof Problem && error.code === 'not-found') return show([], 'ended');
      show(lines, 'offline');
    }
    await pause(delayMs, signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
