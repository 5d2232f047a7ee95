import { type Contender, importPeer } from '../contender.ts';

type Added = { name: string; data: object };
type BullMq = {
  Queue: new (
    name: string,
    options: { connection: object },
  ) => { add(name: string, data: object): Promise<unknown>; addBulk(jobs: Added[]): Promise<unknown>; close(): Promise<void> };
  Worker: new (
    name: string,
    processor: () => Promise<null>,
    options: { connection: object; concurrency: number },
  ) => { on(event: 'completed', listener: () => void): void; waitUntilReady(): Promise<unknown>; close(force: boolean): Promise<void> };
};

/** @param settings `concurrency`: jobs that its worker takes at once */
export async function open({ socket = '', concurrency = '256' }: Record<string, string>): Promise<Contender> {
  const { Queue, Worker } = await importPeer<BullMq>('bullmq');
  const connection = { path: socket, maxRetriesPerRequest: null };
  // Each run begins with nothing.
  const name = `bench-${process.pid}`;
  const queue = new Queue(name, { connection });
  const jobs = (count: number): Added[] => Array.from({ length: count }, () => ({ name: 'empty', data: {} }));
  return {
    refill: 1,
    add: () => queue.add('empty', {}),
    addMany: (count) => queue.addBulk(jobs(count)),
    async work(finished) {
      const worker = new Worker(name, async () => null, { connection, concurrency: Number(concurrency) });
      let ended = 0;
      worker.on('completed', () => {
        // What ends in one turn is followed by one bulk of additions.
        if (ended++ > 0) return;
        setImmediate(() => {
          const count = ended;
          ended = 0;
          finished(count);
        });
      });
      await worker.waitUntilReady();
      return {
        submit: (count) => void queue.addBulk(jobs(count)),
        stop: () => worker.close(true),
      };
    },
    close: () => queue.close(),
  };
}
