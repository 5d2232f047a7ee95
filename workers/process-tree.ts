/**
 * Ending a command with everything it started, and noting it while it runs, so that the engine can end it after it
 * was killed itself (engine/lanes/orphans.ts reads the same notes).
 */

import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { homeFiles } from '../contract/home.ts';
import { jobMark } from './job-mark.ts';

/** Between asking (SIGTERM) and ending (SIGKILL). Less than `defaults.cancelGraceMs`, after which the thread goes. */
export const endGraceMs = 2_000;
const pollMs = 25;
const killRounds = 40;

type Attempt = { readonly jobId: string; readonly attempt: number };

/** A pid alone names nothing: it is given out again. With its start time it names one process of this boot. */
type Process = { pid: number; parent: number; group: number; session: number; startTime: string };

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

/**
 * Notes, as `<home>/children/<job>-<attempt>`, the command that this attempt is about to start, and once more when it was started as the
 * leader of its own group: an engine that is killed between the two leaves a note by which the job's mark is looked for.
 */
export function recordChild(home: string, { jobId, attempt }: Attempt, pid: number | null): void {
  const folder = join(home, homeFiles.children);
  const startTime = pid === null ? null : (readProcess(pid)?.startTime ?? null);
  if (pid === null) mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, `${jobId}-${attempt}`), JSON.stringify({ pid, startTime, jobId }), { mode: 0o600 });
}

export function forgetChild(home: string, { jobId, attempt }: Attempt): void {
  rmSync(join(home, homeFiles.children, `${jobId}-${attempt}`), { force: true });
}

/**
 * Ends the group led by `root`, all descendants wherever they moved, and what carries the job's mark: SIGTERM, and
 * SIGKILL for what is left after `endGraceMs`. Resolves when nothing of it runs any more, with the number of
 * processes that could not be ended (stuck in the kernel, or another user's).
 */
export async function endTree(root: number, jobId: string): Promise<number> {
  if (process.platform === 'win32') return endWindowsTree(root);
  const tree = process.platform === 'linux' ? new LinuxTree(root, jobId) : new ProcessGroup(root);
  // Found before the first signal: a parent that dies takes the trace to its children with it.
  tree.signal('SIGTERM');
  for (const deadline = Date.now() + endGraceMs; tree.size() > 0 && Date.now() < deadline; ) await delay(pollMs);
  for (let round = 0; round < killRounds && tree.size() > 0; round += 1) {
    tree.signal('SIGKILL');
    await delay(pollMs);
  }
  return tree.size();
}

interface Tree {
  size(): number;
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
}

class LinuxTree implements Tree {
  readonly #root: number;
  readonly #mark: string;
  /** Everything ever found, by pid: what was of the tree once stays so, also when its parent is gone. */
  readonly #seen = new Map<number, string>();

  constructor(root: number, jobId: string) {
    this.#root = root;
    this.#mark = `\0${jobMark}=${jobId}\0`;
  }

  size(): number {
    return this.#living().length;
  }

  signal(name: 'SIGTERM' | 'SIGKILL'): void {
    for (const { pid } of this.#living()) sendSignal(pid, name);
  }

  #living(): Process[] {
    const rest = new Set<Process>();
    for (const entry of readdirSync('/proc')) {
      const found = /^\d+$/.test(entry) && Number(entry) !== process.pid ? readProcess(Number(entry)) : null;
      if (found) rest.add(found);
    }
    const members: Process[] = [];
    const adopt = (belongs: (candidate: Process) => boolean) => {
      const adopted = [...rest].filter(belongs);
      for (const member of adopted) {
        rest.delete(member);
        members.push(member);
        this.#seen.set(member.pid, member.startTime);
      }
      return adopted.length > 0;
    };
    adopt((candidate) => this.#isMember(candidate));
    while (adopt((candidate) => this.#seen.has(candidate.parent) && members.some((member) => member.pid === candidate.parent)));
    return members;
  }

  #isMember({ pid, group, session, startTime }: Process): boolean {
    if (pid === this.#root || group === this.#root || session === this.#root) return true;
    return this.#seen.get(pid) === startTime || environmentOf(pid).includes(this.#mark);
  }
}

function environmentOf(pid: number): string {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}\0`;
  } catch {
    return '';
  }
}

/** Where there is no /proc: the group alone. What left it goes on. */
class ProcessGroup implements Tree {
  readonly #leader: number;

  constructor(leader: number) {
    this.#leader = leader;
  }

  size(): number {
    return sendSignal(-this.#leader, 0) ? 1 : 0;
  }

  signal(name: 'SIGTERM' | 'SIGKILL'): void {
    sendSignal(-this.#leader, name);
  }
}

/** false when there is no such process (any more), or it is another user's. */
function sendSignal(pid: number, signal: 'SIGTERM' | 'SIGKILL' | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

function endWindowsTree(root: number): Promise<number> {
  return new Promise((resolve) => {
    // Windows has no signal that asks: /F ends, /T takes the descendants along.
    execFile('taskkill', ['/PID', String(root), '/T', '/F'], { windowsHide: true }, (error) => resolve(error ? 1 : 0));
  });
}
