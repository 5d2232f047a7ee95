/** `--help`, made from the command table. */

import { everywhere } from './arguments.ts';
import type { Command, CommandGroup, Option } from './command.ts';
import type { Paint } from './paint.ts';
import { padEnd } from './text.ts';

const groups: readonly CommandGroup[] = [
  'Jobs',
  'Dead letters',
  'Queues and tasks',
  'Schedules',
  'Workflows',
  'Lab',
  'Notifications',
  'Engine',
];

export function overallHelp(commands: readonly Command[], paint: Paint): string {
  const lines = [
    'Switchyard: a durable job queue on this machine.',
    '',
    `${paint.style('bold', 'Usage')}  switchyard COMMAND [arguments] [options]`,
  ];
  for (const group of groups) {
    const members = commands.filter((command) => command.group === group);
    lines.push('', paint.style('bold', group), ...pairs(members.map((command) => [command.name, command.summary])));
  }
  lines.push(
    '',
    paint.style('bold', 'Everywhere'),
    ...pairs([
      ['--json', 'JSON for programs instead of text for people'],
      ['-h, --help', 'this help, or that of a command: switchyard submit --help'],
      ['--version', 'the version'],
    ]),
    '',
    paint.style('bold', 'Environment'),
    ...pairs([
      ['SWITCHYARD_HOME', 'the folder of the engine, its jobs and its tasks; by default the user’s data folder'],
      ['NO_COLOR', 'no colours; the shapes and words stay'],
    ]),
    '',
    paint.style('bold', 'Exit codes'),
    ...pairs([
      ['0', 'done'],
      ['1', 'the job failed (dead or cancelled)'],
      ['2', 'wrong use: an unknown command, option, task or job; a bad payload'],
      ['3', 'no engine to talk to'],
      ['4', 'refused: busy, full, or the job is in the wrong state'],
      ['74', 'the output could not be written, as on a full disk; accepted jobs go on'],
      ['124', 'timed out waiting'],
      ['130', 'interrupted with Ctrl-C; the job goes on'],
    ]),
  );
  return lines.join('\n');
}

export function familyHelp(family: string, members: readonly Command[], paint: Paint): string {
  return [
    `${paint.style('bold', 'Usage')}  switchyard ${family} COMMAND`,
    '',
    ...pairs(members.map((command) => [`${command.name} ${command.usage}`.trimEnd(), command.summary])),
    '',
    `switchyard ${family} COMMAND --help says more of each.`,
  ].join('\n');
}

export function commandHelp(command: Command, paint: Paint): string {
  const lines = [`${command.summary}.`, '', `${paint.style('bold', 'Usage')}  switchyard ${`${command.name} ${command.usage}`.trimEnd()}`];
  for (const paragraph of command.details ?? []) lines.push('', paragraph);
  lines.push('', paint.style('bold', 'Options'), ...pairs(Object.entries({ ...command.options, ...everywhere }).map(optionLine)));
  if (command.examples.length > 0) lines.push('', paint.style('bold', 'Examples'));
  for (const { command: line, about } of command.examples) lines.push(`  ${paint.style('dim', `# ${about}`)}`, `  ${line}`);
  return lines.join('\n');
}

function optionLine([name, option]: [string, Option]): [string, string] {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  const value = option.value ?? 'VALUE';
  const written = option.type === 'flag' ? '' : option.type === 'optional' ? `[=${value}]` : ` ${value}`;
  return [`${short}--${name}${written}`, option.type === 'list' ? `${option.help} (may be repeated)` : option.help];
}

function pairs(entries: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(34, Math.max(...entries.map(([name]) => name.length)));
  return entries.map(([name, text]) =>
    name.length > width ? `  ${name}\n  ${' '.repeat(width)}  ${text}` : `  ${padEnd(name, width)}  ${text}`,
  );
}
