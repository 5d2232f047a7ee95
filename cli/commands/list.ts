import type { Command } from '../command.ts';
import { filterOptions, pageOptions, readFilter } from '../job-filter.ts';
import { listJobs } from '../job-list.ts';
import { renderJobs } from '../job-view.ts';

const orders = ['-createdAt', 'createdAt'] as const;

export const list: Command = {
  name: 'ls',
  group: 'Jobs',
  summary: 'List jobs, the newest first',
  usage: '[filters]',
  details: [
    'Filters narrow together; several values of one (repeated, or separated by commas) mean "or".',
    'In a pipe the columns are ID STATE TASK QUEUE TRY AGE DETAIL, with nothing cut off.',
  ],
  words: { least: 0, most: 0 },
  options: {
    ...filterOptions,
    order: {
      type: 'value',
      value: 'ORDER',
      help: 'createdAt or -createdAt, in the order of submission or against it (default: -createdAt)',
    },
    ...pageOptions,
  },
  examples: [
    { command: 'switchyard ls --state executing,retryable', about: 'what runs and what will try again' },
    { command: 'switchyard ls --task shell.run --q holiday.png', about: 'the jobs about one file' },
    { command: "switchyard ls --state dead --all | awk 'NR > 1 { print $1 }' | switchyard retry -", about: 'run all dead jobs again' },
  ],
  async run(input, context) {
    const query = readFilter(input, context.io.now());
    const order = input.choice('order', orders);
    if (order !== undefined) query.order = order;
    return listJobs(input, context, { route: 'listJobs', query, render: renderJobs, none: 'There is no such job.' });
  },
};
