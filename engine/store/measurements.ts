import type { Database } from 'better-sqlite3';

/** What was measured: a sketch for each task, a point for each minute. Both are kept as the JSON that queue/ makes of them. */
export function prepareMeasurements(db: Database) {
  const sketches = db.prepare<[], { task: string; sketch: string }>('SELECT task, sketch FROM task_stats');
  const putSketch = db.prepare('INSERT OR REPLACE INTO task_stats (task, sketch) VALUES (?, ?)');
  const putPoint = db.prepare('INSERT OR REPLACE INTO series (at, point) VALUES (?, ?)');
  const points = db.prepare<[number, number], { at: number; point: string }>(
    'SELECT at, point FROM series WHERE at >= ? AND at < ? ORDER BY at',
  );
  const forget = db.prepare('DELETE FROM series WHERE at < ?');
  return {
    readSketches: () => sketches.all(),
    putSketch: (task: string, sketch: string) => putSketch.run(task, sketch),
    putPoint: (at: number, point: string) => putPoint.run(at, point),
    readPoints: (from: number, to: number) => points.all(from, to),
    forgetPointsBefore: (at: number) => forget.run(at),
  };
}
