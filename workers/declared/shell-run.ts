/** What `shell.run` says of itself. */

import type { JsonObject } from '../../contract/json.ts';
import type { TaskDeclaration } from '../../contract/task.ts';
import { jobMark } from '../job-mark.ts';
import { absolutePathSchema } from './absolute-path.ts';

const onWindows = process.platform === 'win32';

const input: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['command'],
  properties: {
    command: {
      type: 'string',
      title: 'Command',
      description: 'The program: a name that is looked up on the PATH, or a path. With "Use a shell" it is a line of shell script.',
      minLength: 1,
      maxLength: 131_072,
    },
    args: {
      type: 'array',
      title: 'Arguments',
      description:
        'Given to the program as they are: spaces, quotes and * mean nothing special. In a shell script they are $1, $2 and so on.',
      items: { type: 'string' },
      maxItems: 10_000,
      default: [],
    },
    cwd: absolutePathSchema('Working folder', 'The folder that the command starts in; without one, your home folder.'),
    env: {
      type: 'object',
      title: 'Environment',
      description: `Variables that are added to those of the engine, or replace them. ${jobMark}, SWITCHYARD_ATTEMPT and TRACEPARENT are always set.`,
      additionalProperties: { type: 'string' },
      propertyNames: { pattern: '^[^=\\u0000]+$' },
      default: {},
    },
    stdin: { type: 'string', title: 'Input', description: 'Text that the command reads from its standard input; empty without it.' },
    shell: {
      type: 'boolean',
      title: 'Use a shell',
      description:
        'Let the shell (/bin/sh; cmd.exe on Windows) read the command, for pipes, variables and wildcards. Never build such a line from untrusted text.',
      default: false,
    },
  },
};

const result: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['exitCode', 'signal', 'stdoutTail', 'stderrTail'],
  properties: {
    exitCode: { type: ['integer', 'null'], title: 'Exit code', description: 'Always 0 in a result: any other one is a failure.' },
    signal: {
      type: ['string', 'null'],
      title: 'Signal',
      description: 'Always null in a result: a command that a signal ended has failed.',
    },
    stdoutTail: {
      type: 'string',
      title: 'End of the output',
      description: 'The last 16 KiB of the standard output. The log has the lines.',
    },
    stderrTail: { type: 'string', title: 'End of the error output', description: 'The last 16 KiB of the standard error output.' },
  },
};

export const shellRun = {
  title: 'Run a command',
  description:
    'Starts a program with its arguments and waits for its end. What it prints is the log of the job. Any exit code but 0 is a failure and is tried again. On cancel and timeout everything that it started is ended.',
  lane: 'cpu',
  input,
  result,
  timeoutMs: 600_000,
  retry: { maxAttempts: 5 },
  declares: { idempotent: false },
  examples: onWindows
    ? [{ command: 'for /L %i in (1,1,5) do @(echo step %i of 5 & ping -n 2 127.0.0.1 >nul)', shell: true }, { command: 'whoami' }]
    : [
        { command: 'for step in 1 2 3 4 5; do echo "step $step of 5"; sleep 1; done', shell: true },
        { command: 'uname', args: ['-a'] },
      ],
} satisfies TaskDeclaration;
