import type { Circuit, CircuitState } from '../../contract/circuit.ts';
import type { Command } from '../command.ts';
import { formatRelative } from '../durations.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Paint, Style } from '../paint.ts';
import type { Cell, Column } from '../table.ts';
import { renderTable } from '../table.ts';
import { oneLine } from '../text.ts';

const columns: readonly Column[] = [
  { title: 'CIRCUIT', least: 12 },
  { title: 'STATE' },
  { title: 'FAULTS', align: 'right' },
  { title: 'WAITING', align: 'right' },
  { title: 'NEXT TRY' },
  { title: 'LAST FAULT', least: 12 },
];

const stateStyles: Record<CircuitState, Style> = { closed: 'green', open: 'red', 'half-open': 'yellow' };
/** More are not counted. */
const mostWaiting = 1_000;

function renderCircuits(circuits: readonly Circuit[], now: number, paint: Paint): string {
  const rows = circuits.map(({ name, state, faults, calls, waiting, probeAt, lastFault }): Cell[] => [
    name,
    { text: state, style: stateStyles[state] },
    calls === 0 ? '–' : `${faults} of ${calls}`,
    waiting >= mostWaiting ? `${mostWaiting.toLocaleString('en-US')}+` : waiting.toLocaleString('en-US'),
    state === 'open' && probeAt !== null ? formatRelative(probeAt, now) : state === 'half-open' ? 'now' : '–',
    lastFault === null ? '–' : `${formatRelative(lastFault.at, now)}: ${oneLine(lastFault.message)}`,
  ]);
  return renderTable(columns, rows, paint).join('\n');
}

export const circuitList: Command = {
  name: 'circuit ls',
  group: 'Queues and tasks',
  summary: 'List outside services that have failed within a day',
  usage: '[options]',
  details: [
    'While one is open, jobs that call it wait without using attempts; at NEXT TRY one of them tries whether it is back.',
    'FAULTS counts its last 20 calls at most.',
  ],
  words: { least: 0, most: 0 },
  options: {
    limit: { type: 'value', value: 'N', help: 'at most so many (default 100)' },
    after: { type: 'value', value: 'NAME', help: 'those after this name' },
  },
  examples: [{ command: 'switchyard circuit ls', about: 'which services are down?' }],
  async run(input, { connect, json, print, remark, paint, io }) {
    const limit = input.number('limit', 1, 500);
    const cursor = input.text('after');
    const query = { ...(limit !== undefined && { limit }), ...(cursor !== undefined && { cursor }) };
    const page = await (await connect()).client.call('listCircuits', { query });
    if (json) await print(JSON.stringify(page));
    else if (page.circuits.length === 0) await remark('No service has failed within a day.');
    else await print(renderCircuits(page.circuits, io.now(), paint));
    if (!json && page.next !== null) await remark(`There are more: --after ${page.next}`);
    return exitCodes.done;
  },
};

export const circuitReset: Command = {
  name: 'circuit reset',
  group: 'Queues and tasks',
  summary: 'Call a service again at once',
  usage: 'NAME',
  details: ['Closes its circuit and forgets its faults: what waits for it runs. For when you know that it is back.'],
  words: { least: 1, most: 1 },
  options: {},
  examples: [{ command: 'switchyard circuit reset https://api.example.com', about: 'it is up again' }],
  async run({ words: [name = ''] }, { connect, json, print, paint, io }) {
    const circuit = await (await connect()).client.call('resetCircuit', { params: { name } });
    await print(json ? JSON.stringify(circuit) : renderCircuits([circuit], io.now(), paint));
    return exitCodes.done;
  },
};
