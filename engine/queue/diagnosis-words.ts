/** What is found, in words: what it is, what it means for the jobs, what to do. Pure. */

import type { Finding } from '../../contract/diagnosis.ts';
import type { Retention } from '../../contract/retention.ts';
import type { Inspection } from '../store/inspect-thread.ts';

export type HeldTask = {
  task: string;
  isThere: boolean;
  error: string | null;
  count: number;
  /** There are more than `count`. */
  isMore: boolean;
  jobs: string[];
};

const mebibyte = 1024 ** 2;
/** A log table past this, and past half of everything, is worth a word. */
const largeLogs = 256 * mebibyte;

function well(code: Finding['code'], found: string): Finding {
  return { code, severity: 'ok', found, meaning: null, advice: null, jobs: [] };
}

function size(bytes: number): string {
  if (bytes < mebibyte) return `${Math.ceil(bytes / 1024)} KiB`;
  return bytes < 1024 * mebibyte ? `${(bytes / mebibyte).toFixed(1)} MiB` : `${(bytes / mebibyte / 1024).toFixed(1)} GiB`;
}

export function inspectionFindings({ integrity, tables, bytes }: Inspection): Finding[] {
  if (integrity === null || tables === null)
    return [well('integrity', `not looked at: the database has ${size(bytes)}; \`switchyard doctor --deep\` takes the time`)];
  const soundness: Finding =
    integrity === 'ok'
      ? well('integrity', 'the database is sound')
      : {
          code: 'integrity',
          severity: 'fail',
          found: `The database is damaged: ${integrity}`,
          meaning: 'Jobs may be missing, or the engine may stop when it meets the damaged place.',
          advice: 'Stop the engine, keep a copy of the home, and go back to a backup (docs/durability.md); then look at the disk.',
          jobs: [],
        };
  if (tables.length === 0) return [soundness];
  const logs = tables.find(({ name }) => name === 'logs')?.bytes ?? 0;
  const largest = tables.slice(0, 3).map(({ name, bytes: own }) => `${name} ${size(own)}`);
  const room: Finding =
    logs > largeLogs && logs > bytes / 2
      ? {
          code: 'tables',
          severity: 'warn',
          found: `Logs take ${size(logs)} of ${size(bytes)}.`,
          meaning: 'Jobs go on as they do, but backups and this check take longer, and the limit of size is met sooner.',
          advice: 'Let tasks write less, or keep ended jobs for less long: `switchyard retention set --completed 1d`.',
          jobs: [],
        }
      : well('tables', `${size(bytes)}: ${largest.join(', ')}`);
  return [soundness, room];
}

export function stuckExecuting(jobs: readonly string[]): Finding {
  if (jobs.length === 0) return well('stuck-executing', 'every running job has its run');
  return {
    code: 'stuck-executing',
    severity: 'fail',
    found: `${jobs.length === 1 ? 'One job is' : `${jobs.length} jobs are`} executing, but nothing runs them.`,
    meaning: 'They would stay so for ever. Their attempts do not count once they are taken back.',
    advice: 'Restart the engine: it takes them back at its start. Please report it, as this must not happen.',
    jobs: jobs.slice(0, 10),
  };
}

export function stuckWaiting(jobs: readonly string[]): Finding {
  if (jobs.length === 0) return well('stuck-waiting', 'nothing is due that could run and does not');
  return {
    code: 'stuck-waiting',
    severity: 'fail',
    found: 'Jobs are first in line and long due, and there is room for them, but they do not start.',
    meaning: 'They and all behind them wait for nothing.',
    advice: 'Restart the engine; nothing is lost by it. Please report it, as this must not happen.',
    jobs: jobs.slice(0, 10),
  };
}

export function heldFinding({ task, isThere, error, count, isMore, jobs }: HeldTask): Finding {
  const many = `${isMore ? 'More than ' : ''}${count === 1 ? '1 job waits' : `${count} jobs wait`}`;
  return {
    code: 'held',
    severity: 'warn',
    found: isThere
      ? `${many} for the task ${task}, which does not load: ${error ?? 'no reason was kept'}`
      : `${many} for the task ${task}, which is not there.`,
    meaning: 'They stay in line and use no attempts; they start by themselves once the task loads.',
    advice: isThere
      ? `Mend the file of ${task} in the home's folder tasks.`
      : `Put ${task}.js (or .mjs, .ts) into the home's folder tasks, or let them go: \`switchyard cancel --all --task ${task}\`.`,
    jobs,
  };
}

export function retentionFindings({ usage, maxBytes, dead }: Retention): Finding[] {
  const findings: Finding[] = [];
  const used = usage.databaseBytes + usage.resultBytes;
  if (maxBytes !== null && used > maxBytes) {
    findings.push({
      code: 'retention',
      severity: 'warn',
      found: `${size(used)} are used, and ${size(maxBytes)} are allowed.`,
      meaning: 'All that has ended is deleted at once, and what is left has not ended: the backlog itself takes the room.',
      advice: 'Allow more with `switchyard retention set --max-size`, or bound the queues with `switchyard queue set NAME --max-backlog`.',
      jobs: [],
    });
  } else findings.push(well('retention', `${size(used)} used${maxBytes === null ? ', without a limit' : ` of ${size(maxBytes)}`}`));
  if (!usage.shrinks && usage.freeBytes > 64 * mebibyte) {
    findings.push({
      code: 'retention',
      severity: 'warn',
      found: `${size(usage.freeBytes)} of the database are free and are not given back to the disk.`,
      meaning: 'New jobs reuse them. The file was made by an earlier version, which could not shrink it.',
      advice: 'With the engine stopped: sqlite3 switchyard.db "PRAGMA auto_vacuum=2; VACUUM;". It takes as much room again meanwhile.',
      jobs: [],
    });
  }
  if (dead.forMs === null && dead.count === null && maxBytes === null) {
    findings.push({
      code: 'retention',
      severity: 'warn',
      found: 'Dead jobs are kept for ever, in any number and size.',
      meaning: 'The disk fills up, and then nothing more is accepted.',
      advice: 'Set one limit: `switchyard retention set --max-size 4G`.',
      jobs: [],
    });
  }
  return findings;
}
