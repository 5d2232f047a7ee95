/** The engine's queue in this process, with its real store under `synchronous=FULL`, its threads and its reader; only the API is left out. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { submissionSchema } from '../../../contract/submission.ts';
import { ThreadLanes } from '../../../engine/lanes/lanes.ts';
import { ThreadTaskReader } from '../../../engine/lanes/task-reader.ts';
import type { SubmitOptions } from '../../../engine/queue/backend.ts';
import { createQueue } from '../../../engine/queue/queue.ts';
import { Reader } from '../../../engine/store/reader.ts';
import { openStore } from '../../../engine/store/store.ts';
import { keepYoungObjectsYoung } from '../../../engine/young-objects.ts';
import { emptyTask } from '../../engine/tasks.ts';
import type { Contender } from '../contender.ts';

const smallPayload = { payload: { customer: 'customer 12345', note: 'nothing in particular', amount: 1_234 }, tags: ['newsletter', 'eu'] };
/** Past the longest round. */
const waitMs = 60_000;

function fail(error: unknown): never {
  console.error(error);
  process.exit(1);
}

/** @param settings `schema`: SQL that changes the schema of this copy; `follower`: someone follows all events; `payload`: jobs have a small one, and tags */
export async function open({ folder: home = '', schema, follower, payload }: Record<string, string>): Promise<Contender> {
  const tasksFolder = join(home, 'tasks');
  mkdirSync(tasksFolder);
  writeFileSync(join(tasksFolder, 'empty.js'), emptyTask);
  const file = join(home, 'switchyard.db');
  if (schema) changeSchema(file, schema);
  const store = openStore(file);
  const lanes = new ThreadLanes({ home });
  const taskReader = new ThreadTaskReader(home);
  const reader = new Reader({ file: store.file, rowsWritten: store.rowsWritten, failed: fail });
  const committed = keepYoungObjectsYoung();
  store.commit.afterCommit(() => {
    reader.committed();
    committed();
  });
  const queue = createQueue({
    ...{ store, reader, lanes, taskReader, tasksFolder, failed: fail },
    ...{ resultsFolder: join(home, 'results'), settingsFile: join(home, 'settings.json') },
    log: () => {},
    now: Date.now,
    random: Math.random,
    // As the engine has it.
    unwrittenMs: 50,
    outOfSpace: () => {},
    spaceIsShort: () => false,
  });
  await queue.open();
  lanes.warm();
  const { backend } = queue;
  await backend.getTask('empty');
  if (follower) backend.subscribe({}, null, () => {});
  await backend.makeQueue('backlog', { paused: true });

  const waiting: SubmitOptions = { respondAsync: false, waitMs, idempotency: undefined };
  const acknowledged: SubmitOptions = { respondAsync: true, waitMs: undefined, idempotency: undefined };
  const toBacklog = submissionSchema.parse({ task: 'empty', mode: 'async', queue: 'backlog' });
  const toWorkers = submissionSchema.parse({ task: 'empty', mode: 'async', ...(payload ? smallPayload : {}) });
  return {
    refill: 1,
    add: () => backend.submit({ ...toBacklog }, acknowledged),
    async work(finished) {
      const ended = () => finished(1);
      return {
        submit(count) {
          for (let index = 0; index < count; index++) backend.submit({ ...toWorkers }, waiting).then(ended, fail);
        },
        stop: async () => {},
      };
    },
    async close() {
      await queue.stop(1_000);
      store.commit.afterCommit(() => {});
      await Promise.all([lanes.stop(), taskReader.stop(), reader.close()]);
      store.close();
    },
  };
}

function changeSchema(file: string, sql: string): void {
  openStore(file).close();
  const db = new Database(file);
  db.exec(sql);
  db.close();
}
