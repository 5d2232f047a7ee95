import type { Delivery } from '../../contract/notify.ts';
import { deliveryStates } from '../../contract/notify.ts';
import type { Command } from '../command.ts';
import { renderDeliveries } from '../delivery-view.ts';
import { exitCodes } from '../exit-codes.ts';

const group = 'Notifications';

export const deliveryList: Command = {
  name: 'delivery ls',
  group,
  summary: 'List the messages about the ends of jobs, newest first',
  usage: '[options]',
  details: ['A message is kept as long as the job that it tells of.'],
  words: { least: 0, most: 0 },
  options: {
    job: { type: 'value', value: 'ID', help: 'only those about this job' },
    state: { type: 'value', value: 'STATE', help: 'only pending, delivered or failed ones' },
    limit: { type: 'value', value: 'N', help: 'how many (default: 50)' },
  },
  examples: [
    { command: 'switchyard delivery ls --state failed', about: 'what nobody took' },
    { command: 'switchyard delivery ls --job ID', about: 'who was told of a job' },
  ],
  async run(input, { connect, json, print, io, paint }) {
    const job = input.text('job');
    const state = input.choice('state', deliveryStates);
    const most = input.number('limit', 1, 10_000) ?? 50;
    const { client } = await connect();
    const deliveries: Delivery[] = [];
    let next: string | null = null;
    do {
      const query = {
        limit: Math.min(200, most - deliveries.length),
        ...(job === undefined ? {} : { job }),
        ...(state === undefined ? {} : { state }),
      };
      const page: { deliveries: Delivery[]; next: string | null } = await client.call('listDeliveries', {
        query: { ...query, ...(next === null ? {} : { cursor: next }) },
      });
      deliveries.push(...page.deliveries);
      next = page.next;
    } while (next !== null && deliveries.length < most);
    if (json) await print(JSON.stringify({ deliveries, next }));
    else await print(deliveries.length === 0 ? 'There are no such messages.' : renderDeliveries(deliveries, io.now(), paint));
    return exitCodes.done;
  },
};

export const deliveryRedeliver: Command = {
  name: 'delivery redeliver',
  group,
  summary: 'Send messages again, as they were',
  usage: 'ID…',
  details: ['Of one that is on its way already its next try can be had at once: switchyard run-now with the id of its own job.'],
  words: { least: 1, most: Number.POSITIVE_INFINITY },
  options: {},
  examples: [{ command: 'switchyard delivery redeliver msg_0199…', about: 'now that the receiver is mended' }],
  async run({ words }, { connect, json, print, report }) {
    const { client } = await connect();
    let worst: number = exitCodes.done;
    const sent: Delivery[] = [];
    for (const id of words) {
      try {
        const delivery = await client.call('redeliver', { params: { id } });
        sent.push(delivery);
        if (!json) await print(`${delivery.id} is on its way to ${delivery.target}.`);
      } catch (error) {
        worst = Math.max(worst, await report(error));
      }
    }
    if (json) await print(JSON.stringify({ deliveries: sent }));
    return worst;
  },
};
