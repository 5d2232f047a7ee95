import type { LaneName } from '../../contract/job.ts';

/** Room on the lanes that was promised inside a transaction, to be taken after its commit. */
export class PromisedRoom {
  /** By lane: how many runs of each size. */
  readonly #promised: Record<LaneName, Map<number, number>> = { interactive: new Map(), io: new Map(), cpu: new Map() };

  add(lane: LaneName, room: number): void {
    this.#count(lane, room, 1);
  }

  remove(lane: LaneName, room: number): void {
    this.#count(lane, room, -1);
  }

  /** How many runs of this size may find no place because of what was promised; never too few, whichever threads it goes to. */
  placesTaken(lane: LaneName, room: number): number {
    let taken = 0;
    for (const [size, count] of this.#promised[lane]) taken += count * Math.ceil(size / room);
    return taken;
  }

  #count(lane: LaneName, room: number, by: 1 | -1): void {
    const sizes = this.#promised[lane];
    const count = (sizes.get(room) ?? 0) + by;
    if (count === 0) sizes.delete(room);
    else sizes.set(room, count);
  }
}
