/** `npm start`: sets up what is missing, starts the engine and opens the window; Ctrl-C or closing the window ends both. */

import { homedir } from 'node:os';
import { findBrowser } from './lib/browser-binary.mjs';
import { buildIfNeeded } from './lib/build.mjs';
import { chooseWindow, describeChoice, hasDisplay } from './lib/choose-window.mjs';
import { fetchElectron, findElectron } from './lib/electron-binary.mjs';
import { startEngine } from './lib/engine-process.mjs';
import { root, runUnderNode24 } from './lib/go-on.mjs';
import { askForWindow } from './lib/running-engine.mjs';
import { readStartArguments } from './lib/start-arguments.mjs';
import { isProfileInUse, openBrowser, openElectron, profileFolder } from './lib/window-process.mjs';

/** The engine drains for up to 10 s, and Electron waits up to 15 s for an engine of its own; a browser has nothing to drain. */
const engineGraceMs = 15_000;
const electronGraceMs = 20_000;
const browserGraceMs = 5_000;
/** Signals this close together are one request that came by several ways. */
const sameRequestMs = 1_000;
const probeMs = 5_000;
const downloadMs = 5 * 60_000;

const machine = { env: process.env, platform: process.platform, userFolder: homedir() };
const asRoot = process.getuid?.() === 0;
const say = (/** @type {string} */ line) => console.log(line);

await runUnderNode24(import.meta.url, async () => {
  const options = readStartArguments(process.argv.slice(2));
  if ('problem' in options) throw new Error(options.problem);
  const interrupt = listenForSignals();
  await buildIfNeeded(root, say);
  /** @type {typeof import('../contract/home.ts')} */
  const { homeFolder, homeFiles } = await import(new URL('../out/main/home.js', import.meta.url).href);
  const home = homeFolder(machine);
  const choice = await findWindow(interrupt.signal);
  if (interrupt.signal.aborted) return;
  say(describeChoice(choice));

  // Electron starts an engine itself, or attaches to the one that already runs; only a port is beyond it.
  const needsEngine = choice.kind !== 'electron' || options.port !== null;
  const session = needsEngine ? await engineFor(home, homeFiles, choice.kind, options.port) : null;
  if (interrupt.signal.aborted) return session?.engine?.stop(engineGraceMs, { signalled: true });
  const window = openWindow(choice, session?.address ?? null, home);
  if (!session?.engine && !window) return;
  say(session && !session.engine ? 'Ctrl-C closes the window.' : 'Ctrl-C stops it.');

  await untilOver(session?.engine ?? null, window, interrupt);
});

/**
 * @param {AbortSignal} signal
 */
async function findWindow(signal) {
  const display = hasDisplay(machine);
  let electron = findElectron({ root, ...machine });
  let whyNoElectron = '';
  if (display && !electron) {
    whyNoElectron = (await fetchElectron({ root, env: process.env, probeMs, downloadMs, say, signal })) ?? '';
    electron = findElectron({ root, ...machine });
  }
  return chooseWindow({ display, electron, whyNoElectron, browser: findBrowser(machine) });
}

/**
 * The engine that runs in this home, or a new one, which is then ours to stop.
 * @param {string} home
 * @param {{ engine: string, token: string }} files
 * @param {'electron' | 'browser' | 'address'} kind
 * @param {number | null} port
 */
async function engineFor(home, files, kind, port) {
  const running = await askForWindow(home, files);
  if (running) {
    say(`Attached to the engine that already runs in ${home} (process ${running.pid}); it goes on when this ends.`);
    if ('address' in running) {
      if (kind === 'address') say(running.address);
      return { engine: null, address: running.address };
    }
    if (kind === 'electron') return { engine: null, address: null };
    throw new Error(`It can't open a window: ${running.refusal}\nStop it, or start it anew with \`switchyard serve --port 0\`.`);
  }
  const { engine, ready } = startEngine({ root, port: port ?? (kind === 'electron' ? null : 0), env: process.env });
  try {
    const { socket, address } = await ready;
    say(`Engine: ready, home ${home}, socket ${socket}`);
    if (kind === 'address') say(`${address}\n(works once and for 60 s; \`npx switchyard url\` gives a fresh one)`);
    return { engine, address };
  } catch (error) {
    await engine.stop(engineGraceMs);
    throw error;
  }
}

/**
 * @param {import('./lib/choose-window.mjs').Choice} choice
 * @param {string | null} address
 * @param {string} home
 */
function openWindow(choice, address, home) {
  if (choice.kind === 'electron')
    return { process: openElectron({ electron: choice.electron, root, env: process.env, asRoot }), profile: null };
  if (choice.kind === 'address' || address === null) return null;
  const profile = profileFolder({ home, browserPath: choice.browser.path, userFolder: machine.userFolder });
  return { process: openBrowser({ browser: choice.browser, address, profile, env: process.env, asRoot }), profile };
}

/**
 * @param {import('./lib/owned-process.mjs').OwnedProcess | null} engine null when it isn't ours
 * @param {ReturnType<typeof openWindow>} window
 * @param {ReturnType<typeof listenForSignals>} interrupt
 */
async function untilOver(engine, window, interrupt) {
  const forever = new Promise(() => {});
  const first = await Promise.race([
    interrupt.once.then(() => 'signal'),
    engine ? engine.ended.then(() => 'engine') : forever,
    window ? window.process.ended.then(() => 'window') : forever,
  ]);
  if (first === 'window' && engine && window?.profile && isProfileInUse(window.profile)) {
    say('The window opened in a browser that was already running.');
    return untilOver(engine, null, interrupt);
  }
  if (first === 'signal') say('Stopping …');
  else if (first === 'window') await reportWindow(window);
  interrupt.again.then(() => {
    window?.process.kill();
    engine?.kill();
  });
  const signalled = first === 'signal';
  await Promise.all([
    window?.process.stop(window.profile === null ? electronGraceMs : browserGraceMs, { signalled }),
    engine?.stop(engineGraceMs, { signalled }),
  ]);
  const end = await engine?.ended;
  if (first === 'engine' || (end && (end.signal !== null || end.code !== 0))) {
    throw new Error(
      `The engine ended (${end?.signal ?? `exit code ${end?.code}`}); what was accepted is kept and goes on at the next start.`,
    );
  }
  say('Stopped.');
}

/** @param {ReturnType<typeof openWindow>} window */
async function reportWindow(window) {
  const end = await window?.process.ended;
  if (end?.error) console.error(`The window does not open: ${end.error.message}`);
  else if (end?.code || end?.signal) console.error(`The window ended (${end.signal ?? `exit code ${end.code}`}).`);
  else say('The window was closed; stopping …');
  if (end?.error || end?.code || end?.signal) process.exitCode = 1;
}

/**
 * The first signal asks for a clean stop, a later one ends everything at once. One Ctrl-C arrives several times, though:
 * from the terminal, from npm, which passes it on, and from the launcher under an older Node.
 */
function listenForSignals() {
  const first = new AbortController();
  const second = new AbortController();
  let firstAt = 0;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      if (!first.signal.aborted) {
        firstAt = performance.now();
        first.abort();
      } else if (performance.now() - firstAt > sameRequestMs) second.abort();
    });
  }
  return { signal: first.signal, once: aborted(first.signal), again: aborted(second.signal) };
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function aborted(signal) {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
