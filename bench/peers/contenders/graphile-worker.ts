import { type Contender, importPeer } from '../contender.ts';

type GraphileWorker = {
  run(options: {
    connectionString: string;
    taskList: Record<string, () => Promise<void>>;
    preset: object;
  }): Promise<{ events: { on(event: 'job:complete', listener: () => void): void }; stop(): Promise<void> }>;
  makeWorkerUtils(options: object): Promise<{
    migrate(): Promise<void>;
    addJob(task: string, payload: object): Promise<unknown>;
    addJobs(jobs: { identifier: string; payload: object }[]): Promise<unknown>;
    release(): Promise<void>;
  }>;
  Logger: new (factory: () => () => void) => unknown;
};

/**
 * Its event may come before a batched completion is written, which flatters it.
 * @param settings `atOnce`: jobs that it runs at once; `localQueue`: jobs that it fetches ahead; `batchMs`: how long a completion waits for others, in milliseconds
 */
export async function open({ socket = '', atOnce = '24', localQueue = '500', batchMs = '0' }: Record<string, string>): Promise<Contender> {
  const { run, makeWorkerUtils, Logger } = await importPeer<GraphileWorker>('graphile-worker');
  const connectionString = `postgres://postgres@localhost/postgres?host=${encodeURIComponent(socket)}`;
  const schema = `graphile_${process.pid}`;
  const logger = new Logger(() => () => {});
  const preset = {
    worker: {
      ...{ schema, logger, concurrentJobs: Number(atOnce), maxPoolSize: Number(atOnce) + 2, localQueue: { size: Number(localQueue) } },
      ...{ completeJobBatchDelay: Number(batchMs), failJobBatchDelay: Number(batchMs) },
    },
  };
  const utils = await makeWorkerUtils({ connectionString, schema, logger, maxPoolSize: 10 });
  await utils.migrate();
  return {
    refill: 1,
    add: () => utils.addJob('backlog', {}),
    async work(finished) {
      const runner = await run({ connectionString, taskList: { empty: async () => {} }, preset });
      let ended = 0;
      runner.events.on('job:complete', () => {
        // What ends in one turn is followed by one statement that adds as many.
        if (ended++ > 0) return;
        setImmediate(() => {
          const count = ended;
          ended = 0;
          finished(count);
        });
      });
      return {
        submit: (count) => void utils.addJobs(Array.from({ length: count }, () => ({ identifier: 'empty', payload: {} }))),
        stop: () => runner.stop(),
      };
    },
    close: () => utils.release(),
  };
}
