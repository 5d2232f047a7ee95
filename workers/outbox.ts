/** What a thread has to say goes out once an event-loop turn, not once a line: messages between threads cost more than what they carry. */

import type { MessagePort } from 'node:worker_threads';
import type { FromThread, ThreadOutcome, ThreadOutput } from '../contract/thread.ts';
import { threadMemory } from './memory.ts';

/** A task that never gives the loop a turn is still heard: after this long, or with this much waiting, the next word sends all. */
const longestHoldMs = 20;
const mostHeldBytes = 65_536;

export class Outbox {
  readonly #port: MessagePort;
  #output: ThreadOutput[] = [];
  #outcomes: ThreadOutcome[] = [];
  #heldBytes = 0;
  #heldSince = 0;
  #scheduled = false;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  addOutput(output: ThreadOutput, bytes: number): void {
    this.#output.push(output);
    this.#heldBytes += bytes;
    this.#hold();
  }

  addOutcome(outcome: ThreadOutcome): void {
    this.#outcomes.push(outcome);
    this.#hold();
  }

  /** At once, for answers that stand alone. */
  send(message: FromThread): void {
    this.#port.postMessage(message);
  }

  #hold(): void {
    if (!this.#scheduled) {
      this.#scheduled = true;
      this.#heldSince = performance.now();
      setImmediate(() => this.flush());
    } else if (this.#heldBytes >= mostHeldBytes) {
      this.flush();
    } else {
      this.flushWhenOld();
    }
  }

  flushWhenOld(): void {
    if (this.#scheduled && performance.now() - this.#heldSince >= longestHoldMs) this.flush();
  }

  /** Output goes first: nothing of a run may come after its outcome. */
  flush(): void {
    this.#scheduled = false;
    if (this.#output.length > 0) {
      const output = this.#output;
      this.#output = [];
      this.#heldBytes = 0;
      this.send({ type: 'output', output });
    }
    if (this.#outcomes.length > 0) {
      const outcomes = this.#outcomes;
      this.#outcomes = [];
      this.send({ type: 'outcomes', outcomes, ...threadMemory() });
    }
  }
}
