import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prepareReadyPairs } from '../../../engine/store/ready-pairs.ts';
import { temporaryDatabase } from './plain-job.ts';

const line = fc.array(
  fc.record({ queue: fc.constantFrom('a', 'b', 'default', 'z'), lane: fc.constantFrom('cpu', 'io', 'interactive'), rank: fc.nat(9) }),
);

test('every queue and lane in which jobs wait is found once, however many wait there', () => {
  const { writer } = temporaryDatabase();
  const insert = writer.prepare('INSERT INTO ready (queue, lane, rank, run_at, seq) VALUES (?, ?, ?, 1, ?)');
  const readyPairs = prepareReadyPairs(writer);
  fc.assert(
    fc.property(line, (places) => {
      writer.exec('BEGIN; DELETE FROM ready');
      for (const [seq, { queue, lane, rank }] of places.entries()) insert.run(queue, lane, rank, seq);
      writer.exec('COMMIT');
      const expected = [...new Set(places.map(({ queue, lane }) => `${queue} ${lane}`))].sort();
      expect(readyPairs().map(({ queue, lane }) => `${queue} ${lane}`)).toEqual(expected);
    }),
    { numRuns: 50 },
  );
});
