import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { homeFiles } from '../contract/home.ts';
import { defaults, limits } from '../contract/limits.ts';
import type { Info } from '../contract/resources.ts';
import packageJson from '../package.json' with { type: 'json' };
import { startApi } from './api/server.ts';
import { isListening, openHome, readEngineFile, readToken, removeEngineFile, socketOf, writeEngineFile } from './home-folder.ts';
import { LabRuns } from './lab/lab-runs.ts';
import { ThreadLanes } from './lanes/lanes.ts';
import { endOrphans } from './lanes/orphans.ts';
import { ThreadTaskReader } from './lanes/task-reader.ts';
import { createQueue } from './queue/queue.ts';
import { restWhenQuiet } from './rest.ts';
import { Ballast } from './store/ballast.ts';
import { lockHome } from './store/open.ts';
import { Reader } from './store/reader.ts';
import { openStore } from './store/store.ts';
import { keepYoungObjectsYoung } from './young-objects.ts';

export type EngineOptions = {
  /** null: no TCP; 0: any free port. */
  port: number | null;
  log: (line: string) => void;
  /** The store can no longer be written or trusted: the process is to end, and the next start recovers. */
  failed: (error: unknown) => void;
};

export type Engine = {
  socket: string;
  /** A one-time address of the window; null without TCP. */
  windowAddress: string | null;
  /** Drains, gives back what still runs, closes. */
  stop(): Promise<void>;
};

/** Another engine owns the home. */
export class HomeTaken extends Error {
  override readonly name = 'HomeTaken';
}

/** How often a dropped ballast is put back if there is room again, in milliseconds; a submission looks for itself. */
const ballastMs = 60_000;

/** Longer than a short run takes behind a thousand others, and short beside what a person notices: past it a running job that somebody waits for is in every list. */
const unwrittenMs = 50;

/** Starts in the order of dependence: lock, store, what was left behind, lanes, queue, API, and last the word that it runs. */
export async function startEngine({ port, log, failed }: EngineOptions): Promise<Engine> {
  const startedAt = new Date().toISOString();
  const home = openHome();
  const unlock = lockHome(join(home, homeFiles.lock));
  if (!unlock || (await isListening(home))) throw new HomeTaken(takenMessage(home));
  const ballast = new Ballast(join(home, homeFiles.ballast), Date.now);
  const store = openStore(join(home, homeFiles.database));
  const ended = await endOrphans(home);
  if (ended > 0) log(`${ended === 1 ? '1 command was' : `${ended} commands were`} ended that an engine before this one had left running.`);

  const lanes = new ThreadLanes({ home });
  const taskReader = new ThreadTaskReader(home);
  const reader = new Reader({ file: store.file, rowsWritten: store.rowsWritten, failed });
  const committed = keepYoungObjectsYoung();
  store.commit.afterCommit(() => {
    reader.committed();
    committed();
  });
  const queue = createQueue({
    ...{ store, reader, lanes, taskReader, failed },
    tasksFolder: join(home, homeFiles.tasks),
    resultsFolder: join(home, homeFiles.results),
    log,
    settingsFile: join(home, homeFiles.settings),
    now: Date.now,
    random: Math.random,
    unwrittenMs,
    outOfSpace: () => ballast.drop(),
    spaceIsShort: () => ballast.isMissing(),
  });
  const { backend } = queue;
  const lab = new LabRuns({
    ...{ store, log, announce: queue.announce, now: Date.now, tasksFolder: join(home, homeFiles.tasks) },
    hasTask: async (name) => (await backend.listTasks()).some((task) => task.name === name),
  });
  const reclaimed = await queue.open();
  await lab.open();
  if (reclaimed > 0)
    log(`${reclaimed === 1 ? '1 job is' : `${reclaimed} jobs are`} in line again that ran when the last engine went down.`);
  const ballastTimer = setInterval(() => ballast.isMissing(), ballastMs);

  const socket = socketOf(home);
  const rendererFolder = builtRenderer();
  const info: Info = {
    ...{ name: 'switchyard', version: packageJson.version, apiVersion: 1, home, pid: process.pid, node: process.version },
    ...{ sqlite: store.sqliteVersion, startedAt, durability: 'full', limits },
  };
  const api = await startApi({
    ...{ backend, lab, health: queue.health, info: () => info, socket, port, rendererFolder, log },
    token: readToken(home),
    now: Date.now,
  });
  writeEngineFile(home, {
    pid: process.pid,
    version: packageJson.version,
    socket,
    startedAt,
    ...(api.port === null ? {} : { port: api.port }),
  });

  lanes.warm();
  const stopResting = restWhenQuiet();

  return {
    socket,
    windowAddress: api.port === null ? null : api.windowAddress(),
    async stop() {
      clearInterval(ballastTimer);
      stopResting();
      api.stopAccepting();
      await Promise.all([queue.stop(defaults.drainMs), lab.close()]);
      await api.close();
      store.commit.afterCommit(() => {});
      await Promise.all([lanes.stop(), taskReader.stop(), reader.close()]);
      // A thread that had to be ended leaves its command behind.
      await endOrphans(home);
      store.close();
      removeEngineFile(home);
      unlock();
    },
  };
}

/** Beside the bundled engine, or where the build puts it; null when it was not built. */
function builtRenderer(): string | null {
  const folder = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../out/renderer' : '../renderer', import.meta.url));
  return existsSync(join(folder, 'index.html')) ? folder : null;
}

export function takenMessage(home: string): string {
  const holder = readEngineFile(home);
  const who = holder ? `Process ${holder.pid} (since ${holder.startedAt}, listening on ${holder.socket})` : 'Another process';
  return `${who} already runs the engine of ${home}. Use that one, stop it, or set SWITCHYARD_HOME to another folder.`;
}
