import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EngineChild } from '../../../electron/engine-child.ts';
import { answers } from '../../../electron/engine-endpoint.ts';
import { type EngineState, EngineSupervisor } from '../../../electron/engine-supervisor.ts';
import { health, listen, makeHome, removeHome, type SocketServer } from './socket-server.ts';

let home: string;
const stops: (() => Promise<void>)[] = [];

beforeEach(() => {
  home = makeHome();
});

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  removeHome(home);
});

async function makeEngine(): Promise<SocketServer> {
  const server = await listen(home, (_request, answer) => health(answer));
  let stopping: Promise<void> | undefined;
  const engine = { ...server, stop: () => (stopping ??= server.stop()) };
  stops.push(engine.stop);
  return engine;
}

async function runEngine(): Promise<SocketServer> {
  const engine = await makeEngine();
  engine.announce();
  return engine;
}

/** A child whose engine is a server of this process; it is found from its start on. */
async function makeChild() {
  const server = await makeEngine();
  const ended = Promise.withResolvers<string>();
  const stopped = Promise.withResolvers<void>();
  async function die(how: string): Promise<void> {
    await server.stop();
    ended.resolve(how);
  }
  function start(): EngineChild {
    server.announce();
    return {
      runtime: { kind: 'utility-process' },
      pid: undefined,
      ready: Promise.resolve(),
      ended: ended.promise,
      async stop() {
        await die('It was stopped.');
        stopped.resolve();
      },
    };
  }
  return { start, die, stopped: stopped.promise };
}

function supervise(startEngine: () => EngineChild) {
  const supervisor = new EngineSupervisor(home, startEngine);
  const states: EngineState[] = [];
  supervisor.on('state', (state) => states.push(state));
  stops.push(() => supervisor.stop());
  const next = async (status: EngineState['status']) => {
    while (supervisor.state.status !== status) await once(supervisor, 'state');
    return supervisor.state;
  };
  return { supervisor, states, next };
}

function never(): EngineChild {
  throw new Error('No engine can be started here.');
}

test('an engine that runs in the home is used, and left alone at the end', async () => {
  const engine = await runEngine();
  const { supervisor, next } = supervise(never);
  supervisor.start();
  expect(await next('live')).toMatchObject({ how: 'attached', endpoint: { socket: engine.socket } });
  await supervisor.stop();
  expect(supervisor.state).toEqual({ status: 'stopped' });
  expect(await answers({ socket: engine.socket, token: null })).toBe(true);
});

test('without one an engine is started, and stopped at the end', async () => {
  const child = await makeChild();
  const { supervisor, next } = supervise(child.start);
  supervisor.start();
  expect(await next('live')).toMatchObject({ how: 'started' });
  await supervisor.stop();
  await child.stopped;
});

test('an engine that dies is told with its last words, and started anew', async () => {
  let starts = 0;
  let current = await makeChild();
  const { supervisor, states, next } = supervise(() => {
    starts += 1;
    return current.start();
  });
  supervisor.start();
  await next('live');
  const dying = current;
  const offline = next('offline');
  await dying.die('The engine ended by SIGKILL.');
  expect(await offline).toMatchObject({ reason: 'The engine ended by SIGKILL.' });
  current = await makeChild();
  await next('live');
  expect(starts).toBe(2);
  expect(states.map(({ status }) => status)).toEqual(['live', 'offline', 'live']);
});

test('a suspicion finds out at once that an attached engine is gone, and the next one is found', async () => {
  const first = await runEngine();
  const { supervisor, next } = supervise(never);
  supervisor.start();
  await next('live');
  const offline = next('offline');
  await first.stop();
  supervisor.suspect();
  expect(await offline).toMatchObject({ reason: 'The engine that this window was attached to is gone.' });
  await runEngine();
  expect(await next('live')).toMatchObject({ how: 'attached' });
});

test('what keeps an engine from starting is what the window is told', async () => {
  const { supervisor, next } = supervise(never);
  supervisor.start();
  expect(await next('offline')).toMatchObject({ reason: 'No engine can be started here.' });
});

test('a stop while it waits ends at once', async () => {
  const { supervisor, next } = supervise(never);
  supervisor.start();
  await next('offline');
  await supervisor.stop();
  expect(supervisor.state).toEqual({ status: 'stopped' });
});
