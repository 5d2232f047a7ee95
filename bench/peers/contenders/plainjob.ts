import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Contender, importPeer } from '../contender.ts';

type PlainJob = {
  better(database: unknown): unknown;
  defineQueue(options: { connection: unknown; logger: Logger }): {
    add(type: string, data: unknown): unknown;
    addMany(type: string, data: unknown[]): unknown;
    close(): void;
  };
  defineWorker(
    type: string,
    processor: () => void,
    options: { queue: unknown; logger: Logger; pollIntervall: number; onCompleted(): void },
  ): { start(): Promise<void>; stop(): Promise<void> };
};
type Logger = Record<'error' | 'warn' | 'info' | 'debug', (message: string) => void>;

const logger: Logger = { error: console.error, warn: console.error, info: () => {}, debug: () => {} };

/** @param settings `synchronous`: its own NORMAL when it isn't given; `added`: jobs that are added in one transaction */
export async function open({ folder = '', synchronous, added = '512' }: Record<string, string>): Promise<Contender> {
  const { better, defineQueue, defineWorker } = await importPeer<PlainJob>('plainjob');
  const db = new Database(join(folder, 'plainjob.db'));
  const queue = defineQueue({ connection: better(db), logger });
  // It sets its own when it is made.
  if (synchronous) db.pragma(`synchronous = ${synchronous}`);
  return {
    // It works in one go as long as there are jobs, and adds the fastest in one transaction.
    refill: Number(added),
    addsOneByOne: true,
    add: () => queue.add('backlog', null),
    async work(finished) {
      const worker = defineWorker('empty', () => {}, { queue, logger, pollIntervall: 1, onCompleted: () => finished(1) });
      let isWorking = false;
      return {
        submit(count) {
          queue.addMany('empty', new Array(count).fill(null));
          if (!isWorking) void worker.start();
          isWorking = true;
        },
        stop: () => worker.stop(),
      };
    },
    async close() {
      queue.close();
    },
  };
}
