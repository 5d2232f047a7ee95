import { Worker } from 'node:worker_threads';
import type { Inspection, InspectOrder } from './inspect-thread.ts';

/** On a thread of its own, since it reads every page. @throws what the thread died of */
export function inspectDatabase(order: InspectOrder): Promise<Inspection> {
  const entry = import.meta.url.endsWith('.ts') ? './inspect-thread.ts' : './inspect-thread.js';
  const worker = new Worker(new URL(entry, import.meta.url), { workerData: order, name: 'inspect' });
  return new Promise((resolve, reject) => {
    let inspection: Inspection | null = null;
    worker.once('message', (message: Inspection) => {
      inspection = message;
    });
    worker.once('error', reject);
    // Answered at its end, so that nothing of it is left by then.
    worker.once('exit', () => (inspection ? resolve(inspection) : reject(new Error('the inspection ended without an answer'))));
  });
}
