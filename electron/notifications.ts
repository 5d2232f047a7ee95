/** Desktop notifications of jobs that died, and of those that asked to be told of. */

import { Notification } from 'electron';
import type { JobSummary } from '../contract/job.ts';
import { hasNotifications } from './desktop-bus.ts';
import type { EndNotice } from './end-batch.ts';
import { emptyBatch, takeDue, withEnd } from './end-batch.ts';

/** Shown ones are held: a notification that is collected as garbage loses its click. */
const held = 20;

export class EndNotifier {
  #batch = emptyBatch();
  #timer: NodeJS.Timeout | undefined;
  #shown: Notification[] = [];
  #saidWhy = false;
  readonly #open: (path: string) => void;
  readonly #unseen: () => void;

  /**
   * @param open called with the place that a click leads to
   * @param unseen called instead of a notification where the desktop shows none
   */
  constructor(open: (path: string) => void, unseen: () => void) {
    this.#open = open;
    this.#unseen = unseen;
  }

  ended(job: JobSummary): void {
    this.#batch = withEnd(this.#batch, job, performance.now());
    if (this.#timer === undefined && this.#batch.dueAt !== null) {
      this.#timer = setTimeout(() => void this.#tell(), Math.ceil(this.#batch.dueAt - performance.now()));
    }
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  async #tell(): Promise<void> {
    this.#timer = undefined;
    const { notices, rest } = takeDue(this.#batch, performance.now());
    this.#batch = rest;
    // Asked each time: the daemon may have come or gone since.
    if (Notification.isSupported() && (await hasNotifications())) for (const notice of notices) this.#show(notice);
    else this.#leaveUnseen();
  }

  #leaveUnseen(): void {
    if (!this.#saidWhy) console.error('switchyard: this desktop shows no notifications; how jobs end is seen in the window only');
    this.#saidWhy = true;
    this.#unseen();
  }

  #show({ title, body, path }: EndNotice): void {
    const notification = new Notification({ title, body });
    this.#shown = [...this.#shown.slice(1 - held), notification];
    notification.on('click', () => this.#open(path));
    notification.show();
  }
}
