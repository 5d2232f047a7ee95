import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ioRoom, threadRoom } from '../../../engine/queue/lanes.ts';
import { PromisedRoom } from '../../../engine/queue/promised-room.ts';

const sizes = fc.constantFrom(ioRoom, ioRoom * 10, threadRoom / 32, threadRoom);
const placesOn = (threads: number[], room: number) => threads.reduce((sum, free) => sum + Math.floor(free / room), 0);

describe('room that is promised', () => {
  test('is never given away twice: what seems free still is once every promise is kept, on whichever threads', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(sizes, fc.nat(3)), { maxLength: 60 }), sizes, (runs, asked) => {
        const threads = [threadRoom, threadRoom, threadRoom, threadRoom];
        const before = [...threads];
        const promised = new PromisedRoom();
        for (const [size, wish] of runs) {
          if (placesOn(before, size) - promised.placesTaken('cpu', size) <= 0) continue;
          promised.add('cpu', size);
          // What was promised must find its place, as long as it goes where there is one.
          const open = threads.flatMap((free, index) => (free >= size ? [index] : []));
          const thread = open[wish % open.length];
          if (thread === undefined) throw new Error(`a run of ${size} that was promised room finds none`);
          threads[thread] = (threads[thread] ?? 0) - size;
        }
        expect(placesOn(before, asked) - promised.placesTaken('cpu', asked)).toBeLessThanOrEqual(placesOn(threads, asked));
      }),
    );
  });

  test('is free again once it is taken or given up, and is kept apart by lane', () => {
    const promised = new PromisedRoom();
    promised.add('cpu', threadRoom);
    promised.add('cpu', threadRoom);
    promised.add('io', ioRoom);
    expect([promised.placesTaken('cpu', threadRoom), promised.placesTaken('io', ioRoom)]).toEqual([2, 1]);
    promised.remove('cpu', threadRoom);
    promised.remove('io', ioRoom);
    expect([promised.placesTaken('cpu', threadRoom), promised.placesTaken('io', ioRoom)]).toEqual([1, 0]);
  });
});
