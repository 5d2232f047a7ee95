import type { Command } from '../command.ts';
import type { Check } from '../doctor/check.ts';
import { inspectWithoutEngine } from '../doctor/diagnosis.ts';
import { checkEngine } from '../doctor/engine.ts';
import { checkDatabase, checkDisk, checkHome, checkLock, checkPrivate, checkToken, readLocks } from '../doctor/home.ts';
import { checkNode, checkWindow } from '../doctor/machine.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Style } from '../paint.ts';
import { padEnd } from '../text.ts';
import { version } from '../version.ts';

const marks: Readonly<Record<Check['status'], { mark: string; style: Style }>> = {
  ok: { mark: '✓', style: 'green' },
  warn: { mark: '▲', style: 'yellow' },
  fail: { mark: '✕', style: 'red' },
};

export const doctor: Command = {
  name: 'doctor',
  group: 'Engine',
  summary: 'Check the installation, the home and the engine, and say what to do',
  usage: '',
  details: ['Works with and without a running engine and changes nothing. Exits with 0 when nothing fails, else 1.'],
  words: { least: 0, most: 0 },
  options: { deep: { type: 'flag', help: 'look at every page and index of a large database too, however long it takes' } },
  examples: [{ command: 'switchyard doctor', about: 'why does nothing happen?' }],
  async run(input, context) {
    const { io, home, connect, json, print, paint } = context;
    const deep = input.flag('deep');
    const engine = await checkEngine(await connect(), version, io.now(), deep);
    const isAway = !engine.some(({ name }) => name === 'Integrity');
    const checks = [
      checkNode(process.versions.node),
      checkHome(home, io.platform),
      checkToken(home, io.platform),
      ...checkPrivate(home, io.platform),
      ...checkDisk(home),
      checkDatabase(home),
      checkLock(home, readLocks()),
      ...engine,
      ...(isAway ? await inspectWithoutEngine(context, deep) : []),
      ...checkWindow(io),
    ];
    if (json) await print(JSON.stringify({ checks }));
    else {
      const width = Math.max(...checks.map((check) => check.name.length));
      for (const { name, status, message, meaning, advice } of checks) {
        const { mark, style } = marks[status];
        const label = paint.style(style, padEnd(paint.forPeople ? `${mark} ${status}` : status, 6));
        await print(`${label}  ${padEnd(name, width)}  ${message}`);
        if (status === 'ok') continue;
        for (const more of [meaning, advice]) if (more !== undefined) await print(`${' '.repeat(width + 10)}${paint.style('dim', more)}`);
      }
    }
    return checks.some((check) => check.status === 'fail') ? exitCodes.jobFailed : exitCodes.done;
  },
};
