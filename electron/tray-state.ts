/** Gathers what the tray shows from the streams it comes in, and hands over each new model. */

import type { StateCounts } from '../contract/resources.ts';
import type { TrayConnection, TrayModel } from './tray-model.ts';
import { trayModel } from './tray-model.ts';

export class TrayState {
  #counts: StateCounts | null = null;
  #queues: readonly { paused: boolean }[] = [];
  #connection: TrayConnection = 'starting';
  readonly #changed: (model: TrayModel) => void;

  constructor(changed: (model: TrayModel) => void) {
    this.#changed = changed;
  }

  get model(): TrayModel {
    return trayModel(this.#counts, this.#connection, this.#queues);
  }

  counts(counts: StateCounts): void {
    this.#counts = counts;
    this.#changed(this.model);
  }

  queues(queues: readonly { paused: boolean }[]): void {
    this.#queues = queues;
    this.#changed(this.model);
  }

  /** Counts of before an interruption are not shown after it. */
  connection(connection: TrayConnection): void {
    if (connection !== 'live') this.#counts = null;
    this.#connection = connection;
    this.#changed(this.model);
  }
}
