/** Finds the command, runs it, and turns how it ended into words and an exit code. */

import { resolve } from 'node:path';
import { homeFolder } from '../contract/home.ts';
import { readArguments } from './arguments.ts';
import type { Command, CommandContext, Input } from './command.ts';
import { commands } from './commands.ts';
import type { Connection } from './connection.ts';
import { exitCodes } from './exit-codes.ts';
import { CommandFailure, explain, UsageError } from './failures.ts';
import { commandHelp, familyHelp, overallHelp } from './help.ts';
import type { Io } from './io.ts';
import { writeLine } from './io.ts';
import type { Paint } from './paint.ts';
import { paintFor } from './paint.ts';
import { suggest } from './suggestion.ts';
import { indent } from './text.ts';
import { version } from './version.ts';

/** 70 as in sysexits.h: a mistake of this program, none of the exit codes that scripts tell apart. */
export const mistake = 70;

/** @param argv the words after the program's name */
export async function runCommandLine(argv: readonly string[], io: Io): Promise<number> {
  const paint = paintFor(io.stdout, io.env);
  const errorPaint = paintFor(io.stderr, io.env);
  const json = asksForJson(argv);
  let name: string | null = null;
  try {
    const found = findCommand(argv);
    if (found.kind === 'text') {
      await writeLine(found.wrong ? io.stderr : io.stdout, found.text(found.wrong ? errorPaint : paint));
      return found.wrong ? exitCodes.wrongUse : exitCodes.done;
    }
    name = found.command.name;
    const input = readArguments(found.command, found.args);
    if (input.flag('help')) {
      await writeLine(io.stdout, commandHelp(found.command, paint));
      return exitCodes.done;
    }
    return await runCommand(found.command, input, io, paint, errorPaint, json);
  } catch (error) {
    const exitCode = await reportTo(io, errorPaint, json, error);
    if (error instanceof UsageError && !json) {
      await writeLine(io.stderr, `  See: switchyard ${name === null ? '--help' : `${name} --help`}`);
    }
    return exitCode;
  }
}

/** What the disk or device under standard output refused: the answer is lost, what was asked for is not. @returns the exit code */
export function reportOutputLost(argv: readonly string[], io: Io, error: Error): Promise<number> {
  const what = `Standard output cannot be written (${error.message}). Accepted jobs are safe and go on: \`switchyard ls\` shows them.`;
  const failure = new CommandFailure(exitCodes.outputLost, 'output-lost', { what });
  return reportTo(io, paintFor(io.stderr, io.env), asksForJson(argv), failure);
}

function asksForJson(argv: readonly string[]): boolean {
  return argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined).includes('--json');
}

async function runCommand(command: Command, input: Input, io: Io, paint: Paint, errorPaint: Paint, json: boolean): Promise<number> {
  const home = resolve(io.folder, homeFolder({ env: io.env, platform: io.platform, userFolder: io.userFolder }));
  let connection: Connection | undefined;
  const context: CommandContext = {
    io,
    home,
    json,
    paint,
    errorPaint,
    print: (text) => writeLine(io.stdout, text),
    remark: async (text) => {
      if (errorPaint.forPeople && !json) await writeLine(io.stderr, errorPaint.style('dim', text));
    },
    report: (error) => reportTo(io, errorPaint, json, error),
    connect: async () => {
      // Loaded here, as it brings the HTTP client and the schemas: the help answers without them.
      connection ??= (await import('./connection.ts')).connect(home, io.platform);
      return connection;
    },
  };
  try {
    return await command.run(input, context);
  } finally {
    await connection?.close();
  }
}

async function reportTo(io: Io, paint: Paint, json: boolean, error: unknown): Promise<number> {
  const explanation = explain(error);
  if (explanation === null) {
    await writeLine(io.stderr, `switchyard: a mistake of this program: ${error instanceof Error ? error.stack : String(error)}`);
    return mistake;
  }
  if (json) {
    await writeLine(io.stderr, JSON.stringify(explanation.details));
    return explanation.exitCode;
  }
  const lead = paint.forPeople ? paint.style('red', '✕') : 'switchyard:';
  await writeLine(io.stderr, `${lead} ${explanation.what}`);
  for (const more of [explanation.meaning, explanation.todo]) if (more !== undefined) await writeLine(io.stderr, indent(more, '  '));
  return explanation.exitCode;
}

type Found =
  | { kind: 'command'; command: Command; args: readonly string[] }
  /** `wrong`: the words name no command; the text goes to standard error. */
  | { kind: 'text'; text: (paint: Paint) => string; wrong: boolean };

const leadingFlags: ReadonlySet<string> = new Set(['--json', '-h', '--help', '--version']);

/** @throws UsageError */
function findCommand(argv: readonly string[]): Found {
  const start = argv.findIndex((word) => !word.startsWith('-'));
  const leading = start === -1 ? argv : argv.slice(0, start);
  const foreign = leading.find((flag) => !leadingFlags.has(flag));
  if (foreign !== undefined)
    throw new UsageError(`${foreign} stands before the command. Options come after it: switchyard COMMAND ${foreign} …`);
  if (leading.includes('--version')) return { kind: 'text', text: () => version, wrong: false };

  const word = argv[start];
  if (word === undefined || (word === 'help' && argv.length === start + 1)) {
    return { kind: 'text', text: (paint) => overallHelp(commands, paint), wrong: word === undefined && leading.length === 0 };
  }
  if (word === 'help') return findCommand([...argv.slice(start + 1), '--help']);

  const args = [...argv.slice(start + 1), ...leading];
  const single = commands.find((command) => command.name === word);
  const family = commands.filter((command) => command.name.startsWith(`${word} `));
  const second = args.find((arg) => !arg.startsWith('-'));
  // `retention` alone, and `retention set`.
  if (single && !family.some((command) => command.name === `${word} ${second}`)) return { kind: 'command', command: single, args };
  if (family.length > 0) return findMember(word, family, args);
  throw new UsageError(unknownCommand(word));
}

function findMember(word: string, family: readonly Command[], args: readonly string[]): Found {
  const second = args.find((arg) => !arg.startsWith('-'));
  if (second === undefined) {
    const asked = args.includes('--help') || args.includes('-h');
    return { kind: 'text', text: (paint) => familyHelp(word, family, paint), wrong: !asked };
  }
  const member = family.find((command) => command.name === `${word} ${second}`);
  if (member) {
    const at = args.indexOf(second);
    return { kind: 'command', command: member, args: [...args.slice(0, at), ...args.slice(at + 1)] };
  }
  const names = family.map((command) => command.name.slice(word.length + 1));
  const meant = suggest(second, names);
  throw new UsageError(
    `"${word} ${second}" is an unknown command.${meant === null ? ` There are: ${names.join(', ')}.` : ` Did you mean "${word} ${meant}"?`}`,
  );
}

function unknownCommand(word: string): string {
  const names = [...new Set(commands.map((command) => command.name.split(' ')[0] ?? command.name))];
  const meant = suggest(word, names);
  return `"${word}" is an unknown command.${meant === null ? '' : ` Did you mean "${meant}"?`}`;
}
