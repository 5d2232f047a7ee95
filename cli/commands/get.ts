import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { renderAttempts, renderJob } from '../job-view.ts';
import { printResult } from '../result.ts';

export const get: Command = {
  name: 'get',
  group: 'Jobs',
  summary: 'Show a job: state, payload, result, error',
  usage: 'ID',
  words: { least: 1, most: 1 },
  options: {
    result: { type: 'flag', help: 'the result alone, as JSON, of any size' },
    attempts: { type: 'flag', help: 'every attempt with its outcome instead; the oldest first' },
  },
  examples: [
    { command: 'switchyard get 01932f6e-…', about: 'what became of it' },
    { command: 'switchyard get 01932f6e-… --result > result.json', about: 'its result alone' },
  ],
  async run(input, { connect, json, print, paint, io }) {
    const [id = ''] = input.words;
    const { client } = await connect();
    if (input.flag('result')) {
      await printResult(client, id, io);
      return exitCodes.done;
    }
    if (input.flag('attempts')) {
      const { attempts, next } = await client.call('listAttempts', { params: { id }, query: { limit: 500 } });
      if (json) await print(JSON.stringify({ attempts, next }));
      else await print(attempts.length === 0 ? 'No attempt has begun.' : renderAttempts(attempts, io.now(), paint).join('\n'));
      return exitCodes.done;
    }
    const job = await client.call('getJob', { params: { id }, query: {} });
    await print(json ? JSON.stringify(job) : renderJob(job, io.now(), paint));
    return exitCodes.done;
  },
};
