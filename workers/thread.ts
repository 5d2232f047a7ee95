/**
 * The entry of a worker thread. The lane opens one session on it and keeps it open: jobs come over the session's
 * port in arrays, outcomes go back the same way, so that a small job costs microseconds rather than a round trip.
 */

import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { MessagePort } from 'node:worker_threads';
import type { JsonObject } from '../contract/json.ts';
import type { TaskModule, ThreadJob, ThreadSession, ToThread } from '../contract/thread.ts';
import { collectGarbage } from './collect-garbage.ts';
import { toJobError } from './job-error.ts';
import { loadedTask, loadTask } from './load-task.ts';
import { threadMemory } from './memory.ts';
import { Outbox } from './outbox.ts';
import { offerPackage } from './package-import.ts';
import { Run } from './run.ts';
import { watchStrays } from './stray.ts';
import { yieldToOthers } from './thread-priority.ts';

/** Resolves when the port is closed, by either side. @throws TypeError without a port */
export default function serveSession({ port, home, background }: ThreadSession): Promise<void> {
  if (!(port instanceof MessagePort)) throw new TypeError('A session needs a MessagePort');
  if (background) yieldToOthers();
  watchStrays();
  offerPackage();
  return new Promise((resolve) => openSession(port, home, resolve));
}

function openSession(port: MessagePort, home: string, closed: () => void): void {
  const outbox = new Outbox(port);
  const runs = new Map<number, Run>();
  let closing = false;
  let measuredAt: EventLoopUtilization = performance.eventLoopUtilization();

  function forget(run: Run): void {
    runs.delete(run.job.run);
    if (closing) closeWhenIdle();
  }

  function closeWhenIdle(): void {
    if (runs.size > 0) return;
    outbox.flush();
    port.close();
  }

  function start(job: ThreadJob): void {
    const run = new Run(job, home, outbox, forget);
    runs.set(job.run, run);
    const task = loadedTask(job.module);
    if (task) {
      run.start(task);
      return;
    }
    loadTask(job.module).then(
      (task) => run.start(task),
      (error) => run.notLoaded(error),
    );
  }

  async function describe(request: number, module: TaskModule): Promise<void> {
    try {
      outbox.send({ type: 'described', request, description: await description(module) });
    } catch (error) {
      outbox.send({ type: 'not-described', request, error: toJobError(error) });
    }
  }

  function answerPing(ping: number): void {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, measuredAt);
    measuredAt = now;
    outbox.send({ type: 'pong', ping, utilization, ...threadMemory() });
  }

  function receive(message: ToThread): void {
    switch (message.type) {
      case 'run':
        for (const job of message.jobs) {
          start(job);
          // Tasks that never wait run one after the other right here: what the first ones said must not wait for the last.
          outbox.flushWhenOld();
        }
        return;
      case 'abort':
        runs.get(message.run)?.abort(message.reason);
        return;
      case 'describe':
        void describe(message.request, message.module);
        return;
      case 'ping':
        answerPing(message.ping);
        return;
      case 'rest':
        if (runs.size === 0) collectGarbage();
        return;
      case 'close':
        closing = true;
        closeWhenIdle();
    }
  }

  port.on('message', receive);
  port.on('close', () => {
    // The lane went away without a word: nobody will hear of what still runs.
    for (const run of runs.values()) run.abort('stopping');
    closed();
  });
}

async function description(module: TaskModule) {
  // Loaded only by the few threads that are ever asked.
  const [{ describeTask }, task] = await Promise.all([import('../contract/describe-task.ts'), loadTask(module)]);
  const described = describeTask(module.name, task);
  if (saysMoreThanObject(described.input)) (await import('./input-schema.ts')).refuseWrongSchema(described.input);
  return described;
}

/** `type: object` is what a task without an input has, and is checked with the task itself. */
function saysMoreThanObject(input: JsonObject): boolean {
  return Object.keys(input).some((keyword) => keyword !== 'type');
}
