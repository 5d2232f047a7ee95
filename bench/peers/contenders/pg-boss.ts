import { setTimeout as pause } from 'node:timers/promises';
import { type Contender, importPeer } from '../contender.ts';

type PgBoss = {
  PgBoss: new (
    options: object,
  ) => {
    on(event: 'error', listener: (error: unknown) => void): void;
    start(): Promise<unknown>;
    createQueue(name: string): Promise<unknown>;
    send(name: string, data: object): Promise<unknown>;
    insert(name: string, jobs: object[]): Promise<unknown>;
    fetch(name: string, options: { batchSize: number }): Promise<{ id: string }[]>;
    complete(name: string, ids: string[]): Promise<unknown>;
    stop(options: { graceful: boolean }): Promise<unknown>;
  };
};

/**
 * Its own `work()` polls at most twice a second; `fetch` and `complete` in batches do not.
 * @param settings `loops`: how many fetch and complete; `fetched`: how many jobs each at once
 */
export async function open({ socket = '', loops = '2', fetched = '512' }: Record<string, string>): Promise<Contender> {
  const { PgBoss } = await importPeer<PgBoss>('pg-boss');
  const boss = new PgBoss({
    ...{ host: socket, user: 'postgres', database: 'postgres', max: 10, supervise: false, schedule: false },
    schema: `pgboss_${process.pid}`,
  });
  boss.on('error', (error) => console.error(error));
  await boss.start();
  await boss.createQueue('empty');
  await boss.createQueue('backlog');
  return {
    refill: 1,
    add: () => boss.send('backlog', {}),
    async work(finished) {
      let stopped = false;
      async function fetchAndComplete(): Promise<void> {
        while (!stopped) {
          const ids = (await boss.fetch('empty', { batchSize: Number(fetched) })).map(({ id }) => id);
          if (ids.length === 0) await pause(1);
          else {
            await boss.complete('empty', ids);
            finished(ids.length);
          }
        }
      }
      const working = Promise.all(Array.from({ length: Number(loops) }, fetchAndComplete));
      return {
        submit: (count) => void boss.insert('empty', new Array(count).fill({})),
        async stop() {
          stopped = true;
          await working;
        },
      };
    },
    close: () => boss.stop({ graceful: false }),
  };
}
