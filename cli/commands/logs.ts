import { Problem } from '../../contract/errors.ts';
import type { LogLine, LogStream } from '../../contract/job.ts';
import { logStreams } from '../../contract/job.ts';
import { isFinal } from '../../contract/states.ts';
import type { Command, CommandContext } from '../command.ts';
import type { Connection } from '../connection.ts';
import { exitCodes } from '../exit-codes.ts';
import { EngineUnreachable } from '../failures.ts';
import type { Style } from '../paint.ts';
import { harmless } from '../text.ts';
import { interruptible, persist } from '../waiting.ts';

const pageLines = 5000;

export const logs: Command = {
  name: 'logs',
  group: 'Jobs',
  summary: 'Show what a job wrote, and follow it with -f',
  usage: 'ID',
  details: [
    'Every line goes to standard output behind its time and its stream: out and err are the command’s own, log is the task’s,\n' +
      'sys is Switchyard’s. With --raw the text stands alone and as it was written, control characters included.',
    'With -f it ends when the job does. With --json each line is a JSON object of its own (NDJSON).',
  ],
  words: { least: 1, most: 1 },
  options: {
    follow: { type: 'flag', short: 'f', help: 'go on until the job has ended' },
    tail: { type: 'value', value: 'N', help: 'begin with the last N lines, 1 to 5000 (default: all)' },
    stream: { type: 'list', value: 'NAME', help: `only this stream: ${logStreams.join(', ')}` },
    raw: { type: 'flag', help: 'the text alone' },
  },
  examples: [
    { command: 'switchyard logs 01932f6e-… -f', about: 'watch it work' },
    { command: 'switchyard logs 01932f6e-… --stream stdout --raw > output.txt', about: 'a command’s output as a file' },
  ],
  async run(input, context) {
    const [id = ''] = input.words;
    const tail = input.number('tail', 1, 5000);
    const streams = input.list('stream').length === 0 ? null : new Set<string>(input.list('stream'));
    if (streams !== null) input.choice('stream', logStreams);
    const connection = await context.connect();
    const show = linePrinter(context, input.flag('raw'));
    const wanted = async (line: LogLine) => {
      if (streams === null || streams.has(line.stream)) await show(line);
    };
    if (!input.flag('follow')) {
      for await (const line of readLines(connection, id, tail)) await wanted(line);
      return exitCodes.done;
    }
    const followed = await interruptible(context.io, async (signal) => {
      await follow(connection, context, id, tail, signal, wanted);
      return true;
    });
    return followed === null ? exitCodes.interrupted : exitCodes.done;
  },
};

async function* readLines(connection: Connection, id: string, tail: number | undefined): AsyncGenerator<LogLine> {
  if (tail !== undefined) {
    yield* (await connection.client.call('readLogs', { params: { id }, query: { tail } })).lines;
    return;
  }
  let cursor: string | undefined;
  do {
    const page = await connection.client.call('readLogs', {
      params: { id },
      query: { limit: pageLines, ...(cursor === undefined ? {} : { cursor }) },
    });
    yield* page.lines;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

/**
 * A log's stream begins at its first line: what was shown before the connection broke (or comes before the tail) is
 * counted and passed over. An engine that crashed may have lost the last lines that it sent; the new ones in their
 * places are known by their time.
 */
async function follow(
  connection: Connection,
  { io }: CommandContext,
  id: string,
  tail: number | undefined,
  signal: AbortSignal,
  show: (line: LogLine) => Promise<void>,
): Promise<void> {
  let seen = 0;
  let lastAt = '';
  if (tail !== undefined) {
    const last: LogLine[] = [];
    for await (const line of readLines(connection, id, undefined)) {
      seen++;
      lastAt = line.at;
      if (last.push(line) > tail) last.shift();
    }
    for (const line of last) await show(line);
  }
  let begun = tail !== undefined;
  const once = async () => {
    let at = 0;
    for await (const line of connection.client.followLogs(id, signal)) {
      begun = true;
      if (++at <= seen && line.at <= lastAt) continue;
      seen = at;
      lastAt = line.at;
      await show(line);
    }
    signal.throwIfAborted();
    if (!(await hasEnded(connection, id, signal))) throw new EngineUnreachable(false, { what: `The log of job ${id} broke off.` });
  };
  // That no engine runs at all is said at once; only a log that has begun is waited for.
  await persist(io, signal, once, (error) => begun && error instanceof EngineUnreachable);
}

/** An engine that stops ends its streams as quietly as a job's end does. A job deleted meanwhile has ended too. */
async function hasEnded(connection: Connection, id: string, signal: AbortSignal): Promise<boolean> {
  try {
    return isFinal((await connection.client.call('getJob', { params: { id }, query: {}, signal })).state);
  } catch (error) {
    if (error instanceof Problem && error.code === 'not-found') return true;
    throw error;
  }
}

const streamMarks: Readonly<Record<LogStream, { mark: string; style: Style | null }>> = {
  stdout: { mark: 'out', style: null },
  stderr: { mark: 'err', style: 'yellow' },
  log: { mark: 'log', style: 'cyan' },
  system: { mark: 'sys', style: 'gray' },
};

function linePrinter({ json, print, paint }: CommandContext, raw: boolean): (line: LogLine) => Promise<void> {
  let attempt = 1;
  return async (line) => {
    if (json) return print(JSON.stringify(line));
    if (raw) return print(line.text);
    if (line.attempt !== attempt) {
      attempt = line.attempt;
      await print(paint.style('dim', `— attempt ${attempt} —`));
    }
    const { mark, style } = streamMarks[line.stream];
    const text = harmless(line.text);
    await print(
      `${paint.style('dim', line.at.slice(11, 23))}  ${paint.style('dim', mark)}  ${style === null ? text : paint.style(style, text)}`,
    );
  };
}
