/** A copy of the home's jobs as of one moment, by the engine while it works, or without one. */

import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Backup, backupResultsSuffix } from '../../contract/backup.ts';
import { formatBytes } from '../bytes.ts';
import type { Command, CommandContext } from '../command.ts';
import { runEngineProgram } from '../engine-program.ts';
import { exitCodes } from '../exit-codes.ts';
import { CommandFailure, EngineUnreachable } from '../failures.ts';
import { write } from '../io.ts';
import { count } from '../text.ts';

const firstPauseMs = 50;
const longestPauseMs = 500;

export const backup: Command = {
  name: 'backup',
  group: 'Engine',
  summary: 'Copy all jobs into a file, while the engine goes on',
  usage: 'FILE',
  details: [
    'The copy is of one moment, is checked as a whole and synced, and only then takes its name. Large results go to the folder FILE.results beside it. ' +
      'Without an engine it is made directly.',
    'docs/durability.md says how to go back to one.',
  ],
  words: { least: 1, most: 1 },
  options: { force: { type: 'flag', help: 'replace FILE when it is there' } },
  examples: [{ command: 'switchyard backup /mnt/backup/switchyard-$(date +%F).db', about: 'one a day' }],
  async run(input, context) {
    const [word = ''] = input.words;
    const request = { path: resolve(context.io.folder, word), force: input.flag('force') };
    const done = await backUp(request, context);
    if (done.state === 'failed') {
      throw new CommandFailure(exitCodes.refused, 'backup-failed', {
        what: `There is no backup: ${done.reason ?? 'it failed'}`,
        meaning: 'What was at that place before is there still.',
        todo: '`switchyard doctor` looks for a cause.',
      });
    }
    await context.print(context.json ? JSON.stringify(done) : summaryOf(done));
    return exitCodes.done;
  },
};

async function backUp(request: { path: string; force: boolean }, context: CommandContext): Promise<Backup> {
  const { client } = await context.connect();
  let begun: Backup;
  try {
    begun = await client.call('startBackup', { body: request });
  } catch (error) {
    if (!(error instanceof EngineUnreachable) || error.maybeDone) throw error;
    await context.remark('No engine runs; the backup is made without one.');
    return backUpWithoutEngine(request, context);
  }
  let shown = false;
  try {
    let current = begun;
    for (let pauseMs = firstPauseMs; current.state === 'running'; pauseMs = Math.min(longestPauseMs, pauseMs * 1.5)) {
      shown = (await showProgress(current, context)) || shown;
      await delay(pauseMs);
      current = await client.call('getBackup', { params: { id: begun.id } });
    }
    return current;
  } finally {
    if (shown) await write(context.io.stderr, '\r\x1B[K');
  }
}

/** @throws CommandFailure with what it said */
async function backUpWithoutEngine({ path, force }: { path: string; force: boolean }, context: CommandContext): Promise<Backup> {
  const { code, stdout, stderr } = await runEngineProgram(['--backup', path, ...(force ? ['--force'] : [])], context);
  if (code === exitCodes.done) return JSON.parse(stdout) as Backup;
  const exitCode = code === exitCodes.wrongUse ? exitCodes.wrongUse : exitCodes.refused;
  throw new CommandFailure(exitCode, 'backup-failed', { what: stderr || `The backup ended with exit code ${code}.` });
}

async function showProgress({ stage, bytes, bytesDone }: Backup, { io, errorPaint, json }: CommandContext): Promise<boolean> {
  if (!errorPaint.forPeople || json) return false;
  const text = stage === 'copying' ? `copying: ${formatBytes(bytesDone)} of ${formatBytes(bytes)}` : stage;
  await write(io.stderr, `\r\x1B[K${errorPaint.style('dim', text)}`);
  return true;
}

function summaryOf({ path, bytes, results }: Backup): string {
  const lines = [`${path}: ${formatBytes(bytes)}, checked and synced.`];
  if (results.files > 0)
    lines.push(`${path}${backupResultsSuffix}: ${count(results.files, 'large result')}, ${formatBytes(results.bytes)}.`);
  if (results.missing > 0) lines.push(`${count(results.missing, 'large result')} went with their jobs meanwhile and are not in it.`);
  return lines.join('\n');
}
