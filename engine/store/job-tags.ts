/** The jobs of each tag, for lists: changed with the job's row, in the same transaction. Those of new jobs are written by store/job-writes.ts. */

import type { Database } from 'better-sqlite3';
import type { JobRow } from './job-row.ts';

type Tagged = Pick<JobRow, 'seq' | 'tags'>;

/** Each once, though it may be given twice. Most jobs have none, and cost a comparison of two characters. */
export function tagsOf({ tags }: Tagged): Iterable<string> {
  return tags === '[]' ? [] : new Set(JSON.parse(tags) as string[]);
}

export function prepareJobTags(db: Database) {
  const insert = db.prepare('INSERT INTO job_tags (tag, seq) VALUES (?, ?)');
  const remove = db.prepare('DELETE FROM job_tags WHERE tag = ? AND seq = ?');

  function leave(row: Tagged): void {
    for (const tag of tagsOf(row)) remove.run(tag, row.seq);
  }

  return {
    leave,
    change(row: Tagged, tags: string): void {
      if (tags === row.tags) return;
      leave(row);
      for (const tag of tagsOf({ seq: row.seq, tags })) insert.run(tag, row.seq);
    },
  };
}
