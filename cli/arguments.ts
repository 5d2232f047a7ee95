/** From the words after the command's name to its input; what is wrong is named, with what was probably meant. */

import { parseArgs } from 'node:util';
import type { Command, Input, Option } from './command.ts';
import { parseDuration } from './durations.ts';
import { UsageError } from './failures.ts';
import { suggest } from './suggestion.ts';

/** Every command has these. */
export const everywhere: Readonly<Record<string, Option>> = {
  json: { type: 'flag', help: 'print JSON for programs instead of text for people' },
  help: { type: 'flag', short: 'h', help: 'show this help' },
};

/** @throws UsageError */
export function readArguments(
  command: Pick<Command, 'name' | 'options' | 'words' | 'usage' | 'takesRest'>,
  args: readonly string[],
): Input {
  const options: Record<string, Option> = { ...command.options, ...everywhere };
  const given = new Map<string, string[]>();
  const words: string[] = [];
  let rest: string[] | undefined;

  // Tokens rather than parseArgs' own strictness: its messages know neither near misses nor negative numbers.
  const { tokens } = parseArgs({ args: [...args], options: optionTypes(options), allowPositionals: true, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'option-terminator') rest = [];
    else if (token.kind === 'positional') (rest ?? words).push(token.value);
    else {
      const option = options[token.name];
      if (!option) throw new UsageError(unknownOption(token.rawName, Object.keys(options), command.name));
      const value = optionValue(option, token.rawName, token.value, token.inlineValue === true);
      const before = given.get(token.name);
      if (before && option.type !== 'list' && option.type !== 'flag') throw new UsageError(`${token.rawName} was given twice.`);
      given.set(token.name, [...(before ?? []), value]);
    }
  }
  if (rest !== undefined && !command.takesRest) {
    words.push(...rest);
    rest = undefined;
  }
  const input = inputOf(command.name, options, given, words, rest);
  if (!input.flag('help')) checkWords(command, words);
  return input;
}

function optionTypes(options: Readonly<Record<string, Option>>) {
  const types: Record<string, { type: 'string' | 'boolean'; multiple: true; short?: string }> = {};
  for (const [name, option] of Object.entries(options)) {
    const type = option.type === 'flag' || option.type === 'optional' ? 'boolean' : 'string';
    types[name] = option.short === undefined ? { type, multiple: true } : { type, multiple: true, short: option.short };
  }
  return types;
}

function optionValue(option: Option, written: string, value: string | undefined, inline: boolean): string {
  if (option.type === 'flag') {
    if (value !== undefined) throw new UsageError(`${written} takes no value.`);
    return '';
  }
  if (option.type === 'optional') return value ?? '';
  if (value === undefined) throw new UsageError(`${written} needs a value: ${written} ${option.value ?? 'VALUE'}.`);
  // `--payload --wait` is a forgotten value; `--priority -5` and `--payload -` are not.
  if (!inline && /^-[^\d]/.test(value)) {
    throw new UsageError(`${written} needs a value, but ${value} follows. A value that starts with a dash is written ${written}=${value}.`);
  }
  return value;
}

function unknownOption(written: string, names: readonly string[], command: string): string {
  const meant = suggest(written.replace(/^-+/, ''), names);
  return `${command} has no option ${written}.${meant === null ? '' : ` Did you mean --${meant}?`}`;
}

function checkWords(command: Pick<Command, 'name' | 'words' | 'usage' | 'options'>, words: readonly string[]): void {
  const { least, most } = command.words;
  if (words.length < least) throw new UsageError(`${command.name} needs ${command.usage.split(' [')[0]}.`);
  const extra = words[most];
  if (extra === undefined) return;
  const bare = Object.entries(command.options).find(([, option]) => option.type === 'optional');
  const hint = bare && /^\d/.test(extra) ? ` For a bounded wait write --${bare[0]}=${extra}.` : '';
  throw new UsageError(`${command.name} does not know what to do with "${extra}".${hint}`);
}

function inputOf(
  command: string,
  options: Readonly<Record<string, Option>>,
  given: ReadonlyMap<string, string[]>,
  words: readonly string[],
  rest: readonly string[] | undefined,
): Input {
  const all = (name: string): readonly string[] => {
    if (!options[name]) throw new Error(`The command ${command} asks for --${name}, which it does not declare`);
    return given.get(name) ?? [];
  };
  const text = (name: string) => all(name)[0];
  return {
    words,
    rest,
    text,
    list: all,
    flag: (name) => all(name).length > 0,
    number(name, least, most) {
      const value = text(name);
      if (value === undefined) return undefined;
      const number = Number(value);
      if (!/^-?\d+$/.test(value) || number < least || number > most) {
        throw new UsageError(`--${name} must be a whole number from ${least} to ${most}, not "${value}".`);
      }
      return number;
    },
    duration(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      const ms = parseDuration(value);
      if (ms === null)
        throw new UsageError(`--${name} must be a duration such as 500ms, 30s, 5m or 1h30m (a bare number is seconds), not "${value}".`);
      return ms;
    },
    choice(name, choices) {
      const value = text(name);
      const known = choices.find((choice) => choice === value);
      if (value === undefined || known !== undefined) return known;
      const meant = suggest(value, choices);
      throw new UsageError(
        `--${name} must be one of ${choices.join(', ')}, not "${value}".${meant === null ? '' : ` Did you mean ${meant}?`}`,
      );
    },
  };
}
