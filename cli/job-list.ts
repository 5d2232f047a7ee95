/** What `ls` and `dead ls` have in common: pages of jobs, for people or as one JSON value. */

import type { DeadListInput } from '../contract/filter.ts';
import type { Job } from '../contract/job.ts';
import type { CommandContext, Input } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { UsageError } from './failures.ts';
import { write } from './io.ts';
import type { JobPageHead, ListRoute } from './job-filter.ts';
import { readJobs } from './job-filter.ts';
import type { Paint } from './paint.ts';
import { count } from './text.ts';

const defaultLimit = 50;

export type JobList = {
  route: ListRoute;
  query: DeadListInput;
  render(jobs: readonly Job[], now: number, paint: Paint): string[];
  /** For a person, when there is none. */
  none: string;
};

export async function listJobs(input: Input, context: CommandContext, { route, query, render, none }: JobList): Promise<number> {
  const { io, json, print, paint, remark } = context;
  if (input.flag('all') && input.text('limit') !== undefined) throw new UsageError('--all and --limit do not go together.');
  const most = input.flag('all') ? Number.POSITIVE_INFINITY : (input.number('limit', 1, 1_000_000) ?? defaultLimit);
  const cursor = input.text('cursor');
  const pages = readJobs(await context.connect(), route, cursor === undefined ? query : { ...query, cursor }, most);
  if (json) {
    await printJson(pages, context);
    return exitCodes.done;
  }
  let shown = 0;
  let head: JobPageHead | undefined;
  for await (const page of pages) {
    head = fuller(head, page.head);
    // The engine looks for so long and then answers with what it has found, which may be nothing: the next page goes on.
    if (page.jobs.length === 0) continue;
    const [heading = '', ...rows] = render(page.jobs, io.now(), paint);
    if (shown === 0) await print(heading);
    await print(rows.join('\n'));
    shown += page.jobs.length;
  }
  if (shown === 0) await remark(none);
  else if (head?.next)
    await remark(
      `${count(shown, 'job')} of ${head.exact ? '' : 'at least '}${head.total.toLocaleString('en-US')}; --limit N or --all shows more.`,
    );
  return exitCodes.done;
}

/** Where the list goes on, with the best of what its pages said of how many there are: each of them counts for so long only. */
function fuller(before: JobPageHead | undefined, now: JobPageHead): JobPageHead {
  if (before === undefined || now.exact || (!before.exact && now.total > before.total)) return now;
  return { ...before, next: now.next };
}

/** The page object of the interface, written as it comes: `--all` may be more than memory holds. */
async function printJson(pages: AsyncGenerator<{ jobs: Job[]; head: JobPageHead }>, { io }: CommandContext): Promise<void> {
  let head: JobPageHead | undefined;
  let separator = '';
  for await (const page of pages) {
    if (head === undefined) await write(io.stdout, '{"jobs":[');
    head = fuller(head, page.head);
    for (const job of page.jobs) {
      await write(io.stdout, separator + JSON.stringify(job));
      separator = ',';
    }
  }
  if (head) await write(io.stdout, `],${JSON.stringify(head).slice(1)}\n`);
}
