/** The thread for long reads. It only ever ends with the engine, so it may hold a database connection. */

import { parentPort, workerData } from 'node:worker_threads';
import type { JobListQuery } from '../../contract/filter.ts';
import { readJobList } from './job-list.ts';
import { openReader } from './open.ts';

export type ReadRequest = { request: number; query: JobListQuery; countMatches: boolean };
export type ReadAnswer = { request: number; answer?: ReturnType<typeof readJobList>; error?: string };

const db = openReader((workerData as { file: string }).file);
const port = parentPort;
if (!port) throw new Error('reader-thread runs only as a worker thread');

port.on('message', ({ request, query, countMatches }: ReadRequest) => {
  let answer: ReadAnswer;
  try {
    answer = { request, answer: db.transaction(() => readJobList(db, query, countMatches))() };
  } catch (error) {
    answer = { request, error: String(error) };
  }
  port.postMessage(answer);
});
