import { parseArgs } from 'node:util';

export type BenchOptions = { quick: boolean; large: boolean; profile: boolean; only: string[] | null };

const usage = (rows: readonly string[]) => `npm run bench -- [--quick] [--large] [--profile] [--only ROW …]

--quick     two minutes: one short round of the rows that are short enough
--large     five million jobs wait in backlog, reads looks through ten million
--profile   keeps CPU profiles of the hottest rows in bench/results/profiles
--only ROW  that row alone; may be given more than once: ${rows.join(', ')}`;

/** What the command line asks for; tells how to ask, and ends the process, where it asks for help or for what there is not. */
export function readOptions(rows: readonly string[]): BenchOptions {
  const { values, wrong } = parsed();
  if (values.help) stop(usage(rows), 0);
  const unknown = values.only?.filter((name) => !rows.includes(name)) ?? [];
  if (wrong !== null) stop(`${wrong}\n\n${usage(rows)}`, 2);
  if (unknown.length > 0) stop(`There is no row ${unknown.join(', ')}. There are: ${rows.join(', ')}.`, 2);
  const { quick = false, large = false, profile = false, only = null } = values;
  return { quick, large, profile, only };
}

type Values = { help?: boolean; quick?: boolean; large?: boolean; profile?: boolean; only?: string[] };

function parsed(): { values: Values; wrong: string | null } {
  const flag = { type: 'boolean' } as const;
  try {
    const { values } = parseArgs({
      options: { help: flag, quick: flag, large: flag, profile: flag, only: { type: 'string', multiple: true } },
    });
    return { values, wrong: null };
  } catch (error) {
    return { values: {}, wrong: (error as Error).message };
  }
}

function stop(text: string, code: number): never {
  (code === 0 ? console.log : console.error)(text);
  process.exit(code);
}
