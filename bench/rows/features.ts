import type { BenchOptions, Line, Row } from '../measure/row.ts';
import type { DriveResult } from '../peers/drive.ts';
import { spawnContender } from '../peers/spawn-contender.ts';

/** A copy of the product with one part less, or one more; `settings` are those of the contender. */
type Variant = { what: string; settings: Record<string, string> };

/** Every row of the table is written to another one like it as well, by a trigger. */
const twice = (table: string, columns: readonly string[], key: string) =>
  `CREATE TABLE ${table}_twice (${columns.join(', ')}, PRIMARY KEY (${key})) WITHOUT ROWID;
   CREATE TRIGGER ${table}_twice AFTER INSERT ON ${table} BEGIN
     INSERT INTO ${table}_twice VALUES (${columns.map((column) => `new.${column}`).join(', ')});
   END;`;

const attemptColumns = ['seq', 'attempt', 'lane', 'thread', 'started_at', 'finished_at', 'outcome', 'error'];
/** Writes to the counters are taken and dropped; what remains of their cost is the call. */
const noCounters = 'CREATE TRIGGER drop_counters BEFORE UPDATE ON counters BEGIN SELECT RAISE(IGNORE); END;';

const variants: Variant[] = [
  { what: 'with attempts written twice', settings: { schema: twice('attempts', attemptColumns, 'seq, attempt') } },
  { what: 'with tags written twice', settings: { schema: twice('job_tags', ['tag', 'seq'], 'tag, seq') } },
  { what: 'without counters', settings: { schema: noCounters } },
  { what: 'without the index by state', settings: { schema: 'DROP INDEX jobs_by_state;' } },
  { what: 'without the index by task', settings: { schema: 'DROP INDEX jobs_by_task;' } },
  { what: 'without the index by queue', settings: { schema: 'DROP INDEX jobs_by_queue;' } },
  {
    what: 'without the three indexes',
    settings: { schema: 'DROP INDEX jobs_by_state; DROP INDEX jobs_by_task; DROP INDEX jobs_by_queue;' },
  },
  { what: 'with someone who follows all events', settings: { follower: 'yes' } },
  {
    what: 'with an index over all text (it has none)',
    settings: {
      schema: `CREATE VIRTUAL TABLE job_text USING fts5(payload, tags, content = '', tokenize = 'trigram');
        CREATE TRIGGER job_text_insert AFTER INSERT ON jobs BEGIN
          INSERT INTO job_text (rowid, payload, tags) VALUES (new.seq, new.payload, new.tags);
        END;`,
    },
  },
];

export const features: Row = {
  name: 'features',
  title: 'What each part costs: processor time of a job with a small payload and two tags, in process, beside the product as it is',
  within: 'none',
  async measure({ quick }: BenchOptions): Promise<Line[]> {
    const lines: Line[] = [];
    for (const { what, settings } of variants) {
      const whole: number[] = [];
      const changed: number[] = [];
      for (let round = 0; round < (quick ? 1 : 3); round++) {
        const turns = [
          async () => void whole.push((await run({}, quick)).cpuPerJob),
          async () => void changed.push((await run(settings, quick)).cpuPerJob),
        ];
        for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
      }
      const samples = (rounds: number[]) => ({ unit: 'µs', rounds });
      lines.push({ what, ours: samples(changed), beside: { name: 'the product', samples: samples(whole) }, goal: '', met: null });
    }
    return lines;
  },
};

function run(settings: Record<string, string>, quick: boolean): Promise<DriveResult> {
  const seconds = quick ? 1 : 2;
  return spawnContender({
    contender: 'switchyard',
    settings: { ...settings, payload: 'small' },
    work: 'process',
    seconds,
    warmUpSeconds: 1.5,
  });
}
