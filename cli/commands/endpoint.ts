import type { Endpoint } from '../../contract/notify.ts';
import type { Command } from '../command.ts';
import type { Connection } from '../connection.ts';
import { renderEndpoints } from '../delivery-view.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';

const group = 'Notifications';
const one = { words: { least: 1, most: 1 }, usage: 'ID|URL', options: {} } as const;

async function* everyEndpoint({ client }: Connection): AsyncGenerator<Endpoint> {
  let cursor: string | null = null;
  do {
    const page: { endpoints: Endpoint[]; next: string | null } = await client.call('listEndpoints', {
      query: { limit: 500, ...(cursor === null ? {} : { cursor }) },
    });
    yield* page.endpoints;
    cursor = page.next;
  } while (cursor !== null);
}

/** The id that was given, or that of the only endpoint of this address. @throws UsageError */
async function idOf(word: string, connection: Connection): Promise<string> {
  if (!URL.canParse(word)) return word;
  const address = new URL(word).href;
  const ids: string[] = [];
  for await (const { id, url } of everyEndpoint(connection)) if (url === address) ids.push(id);
  const [id, second] = ids;
  if (id === undefined) throw new UsageError(`There is no endpoint ${address}. switchyard endpoint ls shows them.`);
  if (second !== undefined) throw new UsageError(`Several endpoints have this address: ${ids.join(', ')}. Say which by its id.`);
  return id;
}

export const endpointList: Command = {
  name: 'endpoint ls',
  group,
  summary: 'List where webhooks go, with the secrets that they are signed with',
  usage: '',
  words: { least: 0, most: 0 },
  options: {},
  examples: [{ command: 'switchyard endpoint ls', about: 'what a receiver needs to check signatures, and which are turned off' }],
  async run(_, { connect, json, print, paint }) {
    const endpoints: Endpoint[] = [];
    for await (const endpoint of everyEndpoint(await connect())) endpoints.push(endpoint);
    if (json) await print(JSON.stringify({ endpoints, next: null }));
    else await print(endpoints.length === 0 ? 'There are no endpoints.' : renderEndpoints(endpoints, paint));
    return exitCodes.done;
  },
};

export const endpointAdd: Command = {
  name: 'endpoint add',
  group,
  summary: 'Register an endpoint; prints its secret',
  usage: 'URL [options]',
  details: ['A submission that names an address nobody registered makes an endpoint of it as well.'],
  words: { least: 1, most: 1 },
  options: {
    secret: { type: 'value', value: 'SECRET', help: 'whsec_… that the receiver has already (default: a new one)' },
    description: { type: 'value', value: 'TEXT', help: 'what it is for' },
  },
  examples: [{ command: 'switchyard endpoint add https://example.org/hook', about: 'the secret goes to the receiver' }],
  async run(input, { connect, json, print }) {
    const [url = ''] = input.words;
    const secret = input.text('secret');
    const description = input.text('description');
    const { client } = await connect();
    const body = { url, ...(secret === undefined ? {} : { secret }), ...(description === undefined ? {} : { description }) };
    const endpoint = await client.call('makeEndpoint', { body });
    await print(json ? JSON.stringify(endpoint) : endpoint.secret);
    return exitCodes.done;
  },
};

function switching(name: 'on' | 'off', summary: string): Command {
  return {
    ...one,
    name: `endpoint ${name}`,
    group,
    summary,
    examples: [{ command: `switchyard endpoint ${name} https://example.org/hook`, about: summary.toLowerCase() }],
    async run({ words: [word = ''] }, { connect, json, print }) {
      const connection = await connect();
      const id = await idOf(word, connection);
      const endpoint = await connection.client.call('patchEndpoint', { params: { id }, body: { enabled: name === 'on' } });
      await print(json ? JSON.stringify(endpoint) : `Endpoint ${endpoint.url} is ${name}.`);
      return exitCodes.done;
    },
  };
}

export const endpointOn = switching('on', 'Send to an endpoint again');
export const endpointOff = switching('off', 'Send nothing more to an endpoint');

export const endpointRemove: Command = {
  ...one,
  name: 'endpoint rm',
  group,
  summary: 'Delete an endpoint and its secret',
  details: [
    'Messages on their way to it fail. A job that names its address makes a new one, with another secret: to send nothing, turn it off.',
  ],
  examples: [{ command: 'switchyard endpoint rm https://example.org/hook', about: 'with its secret' }],
  async run({ words: [word = ''] }, { connect, json, print }) {
    const connection = await connect();
    const id = await idOf(word, connection);
    await connection.client.call('deleteEndpoint', { params: { id } });
    await print(json ? JSON.stringify({ id }) : `Endpoint ${id} deleted.`);
    return exitCodes.done;
  },
};
