import type { BenchOptions, Line, Row } from '../measure/row.ts';
import type { DriveResult } from '../peers/drive.ts';
import { spawnContender } from '../peers/spawn-contender.ts';

/** A copy of the product with one part less, or one more; `settings` are those of the contender. */
type Variant = { what: string; settings: Record<string, string> };

/** Writes to the table are taken and dropped; what remains of their cost is the call. */
const drop = (event: 'INSERT' | 'UPDATE', table: string) =>
  `CREATE TRIGGER drop_${table} BEFORE ${event} ON ${table} BEGIN SELECT RAISE(IGNORE); END;`;

const variants: Variant[] = [
  { what: 'without attempts', settings: { schema: drop('INSERT', 'attempts') } },
  { what: 'without counters', settings: { schema: drop('UPDATE', 'counters') } },
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
  {
    what: 'with an index over tags (it has none)',
    settings: {
      schema: `CREATE TABLE job_tags (tag TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (tag, seq)) STRICT, WITHOUT ROWID;
        CREATE TRIGGER job_tags_insert AFTER INSERT ON jobs WHEN new.tags <> '[]' BEGIN
          INSERT INTO job_tags (tag, seq) SELECT value, new.seq FROM json_each(new.tags);
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
      for (let round = 0; round < (quick ? 1 : 5); round++) {
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
