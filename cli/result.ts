import type { Client } from '../contract/client.ts';
import type { Io } from './io.ts';
import { write } from './io.ts';

/** A job's result on standard output as it comes, and a newline. @throws Problem wrong-state, not-found */
export async function printResult(client: Client, id: string, { stdout }: Io): Promise<void> {
  for await (const piece of client.readResult(id)) await write(stdout, piece);
  await write(stdout, '\n');
}
