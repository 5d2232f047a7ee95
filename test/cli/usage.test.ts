import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../cli/commands.ts';
import packageFile from '../../package.json' with { type: 'json' };
import { runCommand } from './run-command.ts';
import { runInProcess } from './run-in-process.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-cli-'));
});
afterAll(() => rmSync(home, { recursive: true }));

describe('help', () => {
  it('lists every command, the exit codes and the home’s variable', async () => {
    const { code, stdout, stderr } = await runCommand(['--help'], { home });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const { name, summary } of commands) expect(stdout).toMatch(new RegExp(`^  ${name} +${summary.slice(0, 10)}`, 'm'));
    for (const text of ['124', 'SWITCHYARD_HOME', 'NO_COLOR']) expect(stdout).toContain(text);
  });

  it.each(commands.map((command) => command.name))('of "%s" shows its usage, its options and an example', async (name) => {
    const command = commands.find((each) => each.name === name);
    const { code, stdout } = await runInProcess([...name.split(' '), '-h'], { home });
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage  switchyard ${name}`);
    for (const option of Object.keys(command?.options ?? {})) expect(stdout).toContain(`--${option}`);
    expect(stdout).toContain('Examples');
  });

  it('is given for "help COMMAND" as for "COMMAND --help"', async () => {
    const [one, other] = await Promise.all([
      runInProcess(['help', 'dead', 'ls'], { home }),
      runInProcess(['dead', 'ls', '--help'], { home }),
    ]);
    expect(one).toEqual(other);
    expect(one.stdout).toContain('switchyard dead ls');
  });

  it('goes to standard error with exit code 2 when nothing was asked for', async () => {
    const { code, stdout, stderr } = await runCommand([], { home });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage');
  });

  it('knows the version', async () => {
    expect(await runCommand(['--version'], { home })).toEqual({ code: 0, stdout: `${packageFile.version}\n`, stderr: '' });
  });
});

describe('wrong use ends with exit code 2 and says what is wrong:', () => {
  const cases: [title: string, args: string[], message: string][] = [
    ['a near miss of a command', ['submti'], '"submti" is an unknown command. Did you mean "submit"?'],
    ['a command that is not offered', ['pipeline', 'ls'], '"pipeline" is an unknown command.'],
    ['an unknown member of a family', ['dead', 'bury'], '"dead bury" is an unknown command. There are: ls, groups, redrive, discard.'],
    ['a near miss of an option', ['ls', '--stat', 'dead'], 'ls has no option --stat. Did you mean --state?'],
    ['an unknown option', ['get', 'x', '--frobnicate'], 'get has no option --frobnicate.'],
    ['an option before the command', ['--state', 'dead', 'ls'], '--state stands before the command.'],
    ['a forgotten value', ['submit', 'echo', '--payload', '--wait'], '--payload needs a value, but --wait follows.'],
    ['a missing value', ['submit', 'echo', '--queue'], '--queue needs a value: --queue NAME.'],
    ['a value for a flag', ['ls', '--all=yes'], '--all takes no value.'],
    ['an option given twice', ['submit', 'echo', '--queue', 'a', '--queue', 'b'], '--queue was given twice.'],
    ['a missing id', ['get'], 'get needs ID.'],
    ['a word too many', ['get', 'a', 'b'], 'get does not know what to do with "b".'],
    ['a wait’s bound as a word', ['submit', 'echo', '--wait', '30'], 'For a bounded wait write --wait=30.'],
    ['a number out of range', ['submit', 'echo', '--priority', '101'], '--priority must be a whole number from -100 to 100, not "101".'],
    ['a bad duration', ['submit', 'echo', '--delay', '5 parsecs'], '--delay must be a duration such as 500ms, 30s, 5m or 1h30m'],
    ['a bad mode', ['submit', 'echo', '--mode', 'asynch'], 'Did you mean async?'],
    ['a bad state', ['ls', '--state', 'deed'], 'Did you mean dead?'],
    ['a bad time', ['ls', '--created-after', 'yesterday'], '--created-after must be a time such as'],
    ['a payload that is no JSON', ['submit', 'echo', '--payload', '{a:1}'], '--payload is not JSON'],
    ['a payload that is no object', ['submit', 'echo', '--payload', '[1]'], '--payload must be a JSON object.'],
    ['a payload’s file that is not there', ['submit', 'echo', '--payload', '@/nowhere.json'], 'The file /nowhere.json cannot be read'],
    ['a command for another task', ['submit', 'echo', '--', 'ls'], 'Only shell.run takes a command after --'],
    [
      'a command in the payload and after --',
      ['submit', 'shell.run', '--payload', '{"command":"true","args":[]}', '--', 'echo', 'hi'],
      'What stands after -- is the command: leave command and args out of the payload.',
    ],
    [
      'a delay and a time',
      ['submit', 'echo', '--delay', '1s', '--run-at', '2030-01-01T00:00:00Z'],
      '--delay and --run-at do not go together.',
    ],
    ['nothing to submit', ['submit'], 'submit needs TASK, or --file.'],
    ['a file that is not there', ['submit', '--file', '/nowhere.ndjson'], '/nowhere.ndjson cannot be read'],
    ['nothing to set', ['queue', 'set', 'default'], 'queue set needs something to set'],
    ['a rate that is none', ['queue', 'set', 'default', '--rate', '10'], '--rate must be a number and a time'],
    ['a plan of nothing', ['plan'], 'plan needs --service'],
    ['a plan without a rate', ['plan', '--service', '1s'], 'plan needs --rate'],
    ['an unknown distribution', ['plan', '--service', 'pareto:1s', '--rate', '1/s'], 'knows no distribution "pareto"'],
    ['a distribution with too little', ['plan', '--service', 'lognormal:1s', '--rate', '1/s'], 'lognormal takes 2 values, not "1s".'],
    ['percentiles that shrink', ['plan', '--service', 'p50:2s,p95:1s', '--rate', '1/s'], 'must grow'],
    ['a share that is none', ['plan', '--service', '1s', '--rate', '1/s', '--failures', '105%'], '--failures must be a share'],
    ['a wait for sync', ['plan', '--service', '1s', '--rate', '1/s', '--mode', 'sync', '--target-wait', '1s'], 'never wait in line'],
    ['half a machine', ['plan', '--service', '1s', '--rate', '1/s', '--cores', '8'], 'give --cores and --lane'],
    ['delays that are none', ['submit', 'echo', '--retry-delays', '1s,soon'], '"soon" is none'],
    [
      'delays and a backoff',
      ['submit', 'echo', '--retry-delays', '1s', '--retry-backoff', 'fixed'],
      '--retry-delays says every delay itself',
    ],
    ['a scope without a key', ['submit', 'echo', '--unique-scope', 'started'], 'need --unique KEY'],
    ['ids and --all', ['dead', 'redrive', 'a', '--all'], 'Give either ids or --all or --fingerprint.'],
    ['a group and --all', ['dead', 'redrive', '--fingerprint', 'a', '--all'], 'Give either ids or --all or --fingerprint.'],
    ['a patch that is not JSON', ['dead', 'redrive', '--all', '--patch', '{'], '--patch is not JSON'],
    ['a patch that is none', ['dead', 'redrive', '--all', '--patch', '[{"op":"set","path":"/a"}]'], '--patch is not a JSON Patch'],
    ['neither ids nor --all', ['dead', 'discard'], 'dead discard needs ID… or --all or --fingerprint.'],
  ];

  it.each(cases)('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await runInProcess(args, { home });
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it.each([
    ['submit', 'echo', '--payload'],
    ['dead', 'redrive', '--all', '--patch'],
    ['workflow', 'submit'],
  ])('%s %s with bytes that are not UTF-8', async (...args) => {
    const written = Buffer.from('{"name":"caf\xe9"}', 'latin1');
    expect(await runInProcess([...args, '-'], { home, stdin: written })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('Standard input is not UTF-8.'),
    });
    writeFileSync(join(home, 'latin.json'), written);
    const file = args[0] === 'workflow' ? 'latin.json' : '@latin.json';
    expect(await runInProcess([...args, file], { home })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('The file latin.json is not UTF-8.'),
    });
  });

  it('as a JSON object on standard error with --json', async () => {
    const { code, stderr } = await runInProcess(['ls', '--limit', 'many', '--json'], { home });
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toEqual({ code: 'wrong-use', detail: '--limit must be a whole number from 1 to 1000000, not "many".' });
  });
});
