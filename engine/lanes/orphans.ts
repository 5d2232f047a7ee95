/**
 * Ends what a killed engine's commands left running. While a command runs, its thread keeps a note of it in
 * `<home>/children` (workers/process-tree.ts); after a clean end there are none.
 */

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { homeFiles } from '../../contract/home.ts';

/** `pid` is null until the command was started, `startTime` also where the system doesn't tell it. */
type ChildNote = { file: string; pid: number | null; startTime: string | null; jobId: string };
type Process = { pid: number; parent: number; group: number; session: number; startTime: string };

/** Short, as the engine is to be ready within two seconds: the jobs these commands belong to wait for it. */
const termGraceMs = 400;
const killWaitMs = 400;
const pollMs = 20;

/**
 * Ends each noted command that still runs, with its group and descendants, and empties the folder. Call it while the
 * home's lock is held and before any job starts; or with the jobs that a thread left when it went down, for their commands
 * only. A process counts as the noted one only if its start time or its job's mark matches: numbers of processes are given out
 * again. Where the system shows neither (anything but Linux), nothing is ended.
 * @returns how many commands were ended
 */
export async function endOrphans(home: string, jobIds?: readonly string[]): Promise<number> {
  const folder = join(home, homeFiles.children);
  const notes = readNotes(folder).filter(({ jobId }) => jobIds === undefined || jobIds.includes(jobId));
  let ended = 0;
  if (notes.length > 0 && process.platform === 'linux') {
    const running = notes.filter((note) => membersOf([note]).length > 0);
    ended = running.length;
    if (ended > 0) await endAll(running);
  }
  if (jobIds === undefined) rmSync(folder, { recursive: true, force: true });
  else for (const { file } of notes) rmSync(file, { force: true });
  return ended;
}

async function endAll(notes: ChildNote[]): Promise<void> {
  // Found before the first signal: a parent that dies takes the trace to its children with it.
  const found = new Map<number, string>();
  const living = () => {
    for (const { pid, startTime } of membersOf(notes)) found.set(pid, startTime);
    return [...found].filter(([pid, startTime]) => readProcess(pid)?.startTime === startTime).map(([pid]) => pid);
  };
  for (const [signal, waitMs] of [
    ['SIGTERM', termGraceMs],
    ['SIGKILL', killWaitMs],
  ] as const) {
    for (const pid of living()) sendSignal(pid, signal);
    for (const deadline = Date.now() + waitMs; living().length > 0 && Date.now() < deadline; ) await delay(pollMs);
  }
}

function readNotes(folder: string): ChildNote[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    // No command has ever run in this home.
    return [];
  }
  return names.flatMap((name) => {
    try {
      const file = join(folder, name);
      const note = JSON.parse(readFileSync(file, 'utf8')) as Omit<ChildNote, 'file'>;
      return (note.pid === null || note.pid > 1) && typeof note.jobId === 'string' ? [{ ...note, file }] : [];
    } catch {
      // Half-written when the engine was killed: it names nothing.
      return [];
    }
  });
}

function membersOf(notes: ChildNote[]): Process[] {
  const all = readdirSync('/proc').flatMap((name) => {
    const found = /^\d+$/.test(name) && Number(name) !== process.pid ? readProcess(Number(name)) : null;
    return found ? [found] : [];
  });
  const byPid = new Map(all.map((one) => [one.pid, one]));
  // A leader that was replaced by another process of the same number says nothing of its group.
  const groups = new Set(
    notes.flatMap(({ pid, startTime }) => (pid !== null && startTime !== null && byPid.get(pid)?.startTime === startTime ? [pid] : [])),
  );
  const marks = notes.map(({ jobId }) => `\0SWITCHYARD_JOB_ID=${jobId}\0`);
  const members = new Set(
    all.filter(({ pid, group, session }) => groups.has(pid) || groups.has(group) || groups.has(session) || hasMark(pid, marks)),
  );
  for (let before = -1; before !== members.size; ) {
    before = members.size;
    for (const one of all) {
      const parent = byPid.get(one.parent);
      if (parent && members.has(parent)) members.add(one);
    }
  }
  return [...members];
}

function hasMark(pid: number, marks: string[]): boolean {
  try {
    const environment = `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}\0`;
    return marks.some((mark) => environment.includes(mark));
  } catch {
    // Gone, or another user's.
    return false;
  }
}

/** proc_pid_stat(5), fields 4, 5, 6 and 22. null: gone, or only waiting to be reaped. */
function readProcess(pid: number): Process | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may itself hold spaces and parentheses.
    const [state, parent, group, session, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return null;
    return { pid, parent: Number(parent), group: Number(group), session: Number(session), startTime: rest[15] ?? '' };
  } catch {
    return null;
  }
}

function sendSignal(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended in between, or belongs to another user.
  }
}
