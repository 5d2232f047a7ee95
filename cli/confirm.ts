/** A question before what cannot be undone. */

import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { CommandContext } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { CommandFailure, UsageError } from './failures.ts';

/** @throws UsageError where nobody can answer; CommandFailure when the answer is not yes */
export async function confirm({ io }: CommandContext, question: string): Promise<void> {
  if (!io.stdin.isTTY || !io.stderr.isTTY) throw new UsageError(`${question} Nobody is at a terminal to answer: say --yes.`);
  const lines = createInterface({ input: io.stdin, output: io.stderr });
  try {
    // Ctrl-C and Ctrl-D close the lines and leave the question open for ever.
    const closed = once(lines, 'close').then(() => '');
    const answer = await Promise.race([lines.question(`${question} [y/N] `), closed]);
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    lines.close();
  }
  throw new CommandFailure(exitCodes.interrupted, 'not-confirmed', { what: 'Nothing was done.' });
}
