import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';

/** Only its help is here: the launcher starts the engine itself, without the command line in between. */
export const serve: Command = {
  name: 'serve',
  group: 'Engine',
  summary: 'Run the engine in the foreground, without a window',
  usage: '[--port N]',
  details: [
    'Its first line on standard output is "ready <socket>", and with a port "window <one-time address>".\n' +
      'Ctrl-C (or SIGTERM) stops it cleanly: it waits up to 10 s for what runs, and gives the rest back to the queue.',
  ],
  words: { least: 0, most: 0 },
  options: {
    port: { type: 'value', value: 'N', help: 'also listen on 127.0.0.1 at this port, 0 for any free one (default: socket only)' },
  },
  examples: [
    { command: 'switchyard serve', about: 'on a server' },
    { command: 'switchyard serve --port 0', about: 'with an address for the window in a browser' },
  ],
  async run() {
    throw new UsageError('The engine is started by the launcher: `switchyard serve`, or `node engine/main.ts` from a checkout.');
  },
};

export const url: Command = {
  name: 'url',
  group: 'Engine',
  summary: 'Print a fresh one-time address of the window',
  usage: '',
  details: ['Open it in a browser within a minute; it works once. The engine must listen on a port: switchyard serve --port 0.'],
  words: { least: 0, most: 0 },
  options: {},
  examples: [{ command: 'chromium --app="$(switchyard url)"', about: 'open the window' }],
  async run(_, { connect, json, print }) {
    const answer = await (await connect()).client.call('makeWindowAddress', {});
    await print(json ? JSON.stringify(answer) : answer.address);
    return exitCodes.done;
  },
};
