/** What the engine says of itself, and what of that needs a person. */

import { Problem } from '../../contract/errors.ts';
import type { JobSummary } from '../../contract/job.ts';
import { defaults } from '../../contract/limits.ts';
import type { Connection } from '../connection.ts';
import { formatDuration } from '../durations.ts';
import { readEngineFile } from '../engine-file.ts';
import { EngineUnreachable } from '../failures.ts';
import { count, oneLine } from '../text.ts';
import type { Check } from './check.ts';
import { diagnosisChecks } from './diagnosis.ts';

/** A doctor must not wait for a patient that does not answer. */
const answerMs = 5000;

/** @param deep waits as long as it takes for every page and index to be looked at */
export async function checkEngine(connection: Connection, version: string, now: number, deep: boolean): Promise<Check[]> {
  const { client, home } = connection;
  const signal = AbortSignal.timeout(answerMs);
  const name = 'Engine';
  try {
    const info = await client.call('getInfo', { signal });
    const health = await client.call('getHealth', { signal });
    const checks: Check[] = [engineCheck(info.version, info.pid, info.startedAt, home, version, now)];
    if (health.status !== 'ok') {
      checks.push({
        name: 'Health',
        status: 'fail',
        message: oneLine(health.detail ?? 'degraded'),
        advice: 'The engine answers but cannot do all of its work.',
      });
    }
    checks.push(...(await checkWork(connection, signal, now)));
    return [...checks, ...(await diagnosisChecks(connection, deep))];
  } catch (error) {
    if (error instanceof EngineUnreachable) return [unreachable(error, home)];
    if (signal.aborted) {
      return [
        {
          name,
          status: 'fail',
          message: `It took the request but gave no answer within ${answerMs / 1000} s.`,
          advice: 'Look at its output; restart it if it stays so. Accepted jobs are safe.',
        },
      ];
    }
    if (error instanceof Problem)
      return [{ name, status: 'fail', message: error.message, advice: 'It answers, but with an error: look at its output.' }];
    throw error;
  }
}

/** Not started is no illness; died without a clean stop, or there but deaf, is. */
function unreachable(error: EngineUnreachable, home: string): Check {
  const { what, todo } = error.explanation;
  return {
    name: 'Engine',
    status: readEngineFile(home) === null ? 'warn' : 'fail',
    message: what,
    ...(todo === undefined ? {} : { advice: todo }),
  };
}

function engineCheck(running: string, pid: number, startedAt: string, home: string, version: string, now: number): Check {
  const name = 'Engine';
  const file = readEngineFile(home);
  const message = `${running} answers, process ${pid}, up for ${formatDuration(now - Date.parse(startedAt))}`;
  if (file && file.pid !== pid) {
    return {
      name,
      status: 'warn',
      message: `${message}; engine.json names process ${file.pid}`,
      advice: 'Restart the engine: programs that read engine.json look in the wrong place.',
    };
  }
  if (running !== version) {
    return {
      name,
      status: 'warn',
      message: `${message}; this command line is ${version}`,
      advice: 'Restart the engine to run the installed version.',
    };
  }
  return { name, status: 'ok', message };
}

async function checkWork({ client }: Connection, signal: AbortSignal, now: number): Promise<Check[]> {
  const { tasks } = await client.call('listTasks', { signal });
  const { queues } = await client.call('listQueues', { signal });
  const { counts } = await client.call('getStats', { signal });
  const executing = await client.call('listJobs', { query: { state: ['executing'], order: 'createdAt', limit: 500 }, signal });

  const broken = tasks.filter((task) => task.error !== null);
  const checks: Check[] = broken.map((task) => ({
    name: 'Task',
    status: 'fail',
    message: `${task.name} does not load: ${oneLine(task.error ?? '')}`,
    advice: `Mend ${task.source}; jobs submitted for it wait until then.`,
  }));
  if (broken.length === 0) checks.push({ name: 'Tasks', status: 'ok', message: `${count(tasks.length, 'task')}, all load` });

  const stuck = executing.jobs.filter((job) => isOverdue(job, now));
  const [oldest] = stuck;
  if (oldest) {
    checks.push({
      name: 'Overdue',
      status: 'fail',
      message: `${count(stuck.length, 'job')} run far past their timeout, e.g. ${oldest.id} (${oldest.task}, ${formatDuration(oldest.timeoutMs)})`,
      advice: `switchyard cancel ${oldest.id}; if it stays, restart the engine.`,
    });
  } else checks.push({ name: 'Running', status: 'ok', message: `${count(counts.executing, 'job')}, none past its timeout` });

  const paused = queues.filter((queue) => queue.paused);
  for (const queue of paused) {
    const waiting = queue.counts.available;
    checks.push({
      name: 'Queue',
      status: 'warn',
      message: `${queue.name} is paused; ${count(waiting, 'job waits', 'jobs wait')}${queue.oldestAvailableMs === null ? '' : `, the next one for ${formatDuration(queue.oldestAvailableMs)}`}`,
      meaning: 'Nothing of it starts until it is resumed; what is submitted waits too.',
      advice: `switchyard queue resume ${queue.name}`,
    });
  }
  checks.push(
    counts.dead === 0
      ? { name: 'Dead', status: 'ok', message: 'no dead jobs' }
      : {
          name: 'Dead',
          status: 'warn',
          message: `${count(counts.dead, 'dead job')}`,
          advice: '`switchyard dead ls` says why; then redrive or discard them.',
        },
  );
  return checks;
}

/** A timeout is followed by a grace period and the end of the thread; a minute more is far past all of that. */
function isOverdue(job: JobSummary, now: number): boolean {
  return job.startedAt !== null && now - Date.parse(job.startedAt) > job.timeoutMs + defaults.cancelGraceMs + 60_000;
}
