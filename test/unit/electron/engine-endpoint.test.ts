import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findEngine, readEndpoint } from '../../../electron/engine-endpoint.ts';
import { health, listen, makeHome, removeHome } from './socket-server.ts';

let home: string;

beforeEach(() => {
  home = makeHome();
});

afterEach(() => removeHome(home));

test('engine.json says where the engine listens; without it, or half-written, it is the usual place', async () => {
  const usual = { socket: join(home, 'engine.sock'), token: null };
  expect(await readEndpoint(home)).toEqual(usual);
  writeFileSync(join(home, 'engine.json'), '{"pid":1,"soc');
  expect(await readEndpoint(home)).toEqual(usual);
  writeFileSync(join(home, 'engine.json'), '{"pid":1,"socket":"/run/short.sock"}');
  expect(await readEndpoint(home)).toEqual({ socket: '/run/short.sock', token: null });
});

test('only an engine that answers is found, not what a killed one left behind', async () => {
  const server = await listen(home, (_request, answer) => health(answer));
  server.announce();
  expect(await findEngine(home)).toEqual({ socket: server.socket, token: null });
  await server.stop();
  writeFileSync(join(home, 'engine.json'), JSON.stringify({ pid: 1, socket: server.socket }));
  expect(await findEngine(home)).toBeNull();
});
