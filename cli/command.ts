/** What a command is: data that the help is made from, and the function that does it. */

import type { Connection } from './connection.ts';
import type { Io } from './io.ts';
import type { Paint } from './paint.ts';

export type Option = {
  /** `flag`: on or off. `value`: takes one. `list`: may be repeated. `optional`: a flag that may carry a value, written `--name=value`. */
  type: 'flag' | 'value' | 'list' | 'optional';
  /** How the value is called in the help, e.g. `DURATION`. */
  value?: string;
  short?: string;
  /** One line: what it does, its unit and its default. */
  help: string;
};

/** What was given of a command's options and words. Asking for an option that the command does not declare is a bug and throws. */
export type Input = {
  words: readonly string[];
  /** What stands after `--`; undefined without one. */
  rest: readonly string[] | undefined;
  flag(name: string): boolean;
  text(name: string): string | undefined;
  list(name: string): readonly string[];
  /** @throws UsageError when it isn't a whole number in the range */
  number(name: string, least: number, most: number): number | undefined;
  /** In milliseconds. @throws UsageError */
  duration(name: string): number | undefined;
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined;
};

export type Example = { command: string; about: string };

export type CommandGroup = 'Jobs' | 'Dead letters' | 'Queues and tasks' | 'Schedules' | 'Workflows' | 'Lab' | 'Notifications' | 'Engine';

export type Command = {
  /** One word, or two for a family: `queue ls`. */
  name: string;
  group: CommandGroup;
  summary: string;
  /** What follows the name: `ID…`. */
  usage: string;
  details?: readonly string[];
  options: Readonly<Record<string, Option>>;
  /** How many words may follow. */
  words: { least: number; most: number };
  /** Takes what stands after `--` as it is. */
  takesRest?: true;
  examples: readonly Example[];
  /** @returns the exit code. @throws UsageError, CommandFailure, EngineUnreachable, Problem */
  run(input: Input, context: CommandContext): Promise<number>;
};

export type CommandContext = {
  io: Io;
  home: string;
  /** `--json` was given: standard output carries one JSON value and nothing else. */
  json: boolean;
  /** For standard output. */
  paint: Paint;
  /** For standard error. */
  errorPaint: Paint;
  print(text: string): Promise<void>;
  /** A remark for a person: on standard error, and only where that is a terminal. */
  remark(text: string): Promise<void>;
  /** An error among others, explained on standard error; the command goes on. @returns its exit code */
  report(error: unknown): Promise<number>;
  /** Opens the connection at the first call; the command line closes it. Nothing is sent yet. */
  connect(): Promise<Connection>;
};
