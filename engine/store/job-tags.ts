/** The jobs of each tag, for lists. Written with the job's row, in the same transaction. */

import type { Database } from 'better-sqlite3';
import type { JobRow } from './job-row.ts';

type Tagged = Pick<JobRow, 'seq' | 'tags'>;

/** Most jobs have none, and cost a comparison of two characters. */
const noTags = '[]';

export type JobTags = ReturnType<typeof prepareJobTags>;

export function prepareJobTags(db: Database) {
  // The same tag may be given twice.
  const insert = db.prepare('INSERT OR IGNORE INTO job_tags (tag, seq) VALUES (?, ?)');
  const remove = db.prepare('DELETE FROM job_tags WHERE tag = ? AND seq = ?');

  function enter({ seq, tags }: Tagged): void {
    if (tags !== noTags) for (const tag of JSON.parse(tags) as string[]) insert.run(tag, seq);
  }

  function leave({ seq, tags }: Tagged): void {
    if (tags !== noTags) for (const tag of JSON.parse(tags) as string[]) remove.run(tag, seq);
  }

  return {
    enter,
    leave,
    change(row: Tagged, tags: string): void {
      if (tags === row.tags) return;
      leave(row);
      enter({ seq: row.seq, tags });
    },
  };
}
