/**
 * Keeps an engine behind the window: attaches to the one that runs in the home, else starts one, and begins again when it
 * is gone. An attached engine belongs to whoever started it and is never stopped here.
 */

import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineChild } from './engine-child.ts';
import type { Endpoint } from './engine-endpoint.ts';
import { answers, findEngine, readEndpoint } from './engine-endpoint.ts';
import { failuresInARow, restartDelayMs } from './restart-delay.ts';

export type EngineState =
  | { status: 'starting' }
  | { status: 'live'; endpoint: Endpoint; how: 'attached' | 'started' }
  | { status: 'offline'; reason: string; retryAt: number }
  | { status: 'stopped' };

const attachedCheckMs = 5_000;
const lookMs = 1_000;

export class EngineSupervisor extends EventEmitter<{ state: [EngineState] }> {
  #state: EngineState = { status: 'starting' };
  #child: EngineChild | undefined;
  #work: Promise<void> | undefined;
  #suspicion = new AbortController();
  readonly #stop = new AbortController();
  readonly #home: string;
  readonly #startEngine: () => EngineChild;

  /** @param startEngine may throw, with a sentence for people */
  constructor(home: string, startEngine: () => EngineChild) {
    super();
    this.#home = home;
    this.#startEngine = startEngine;
  }

  get state(): EngineState {
    return this.#state;
  }

  /** Only after the app is ready. */
  start(): void {
    this.#work ??= this.#keepOne();
  }

  /** Somebody's connection to the engine broke: looks at once whether it is still there. */
  suspect(): void {
    this.#suspicion.abort();
  }

  /** Stops the engine that was started here (waits for its drain, 15 s at most) and leaves an attached one alone. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#suspicion.abort();
    await this.#child?.stop();
    await this.#work;
    this.#become({ status: 'stopped' });
  }

  #become(state: EngineState): void {
    this.#state = state;
    this.emit('state', state);
  }

  async #keepOne(): Promise<void> {
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      const { reason, livedMs } = await this.#holdOne();
      if (this.#stop.signal.aborted) return;
      failures = failuresInARow(failures, livedMs);
      const delayMs = restartDelayMs(failures);
      console.error(`switchyard: ${reason} Trying again within ${delayMs / 1000} s.`);
      this.#become({ status: 'offline', reason, retryAt: Date.now() + delayMs });
      await this.#waitOrFind(delayMs);
    }
  }

  /** Attaches or starts, and stays until that engine is gone. */
  async #holdOne(): Promise<{ reason: string; livedMs: number }> {
    const found = await findEngine(this.#home);
    if (this.#stop.signal.aborted) return { reason: '', livedMs: 0 };
    if (found) {
      console.log('switchyard: attached to the engine that runs in this home');
      return this.#live(found, 'attached', this.#untilLost(found));
    }
    try {
      const child = this.#startEngine();
      this.#child = child;
      await child.ready;
      const endpoint = await readEndpoint(this.#home);
      if (!endpoint) throw new Error('The engine says that it is ready, but its engine.json is missing.');
      console.log(
        child.runtime.kind === 'node'
          ? `switchyard: started the engine under Node (Electron ${process.versions.electron} is too old to hold it)`
          : 'switchyard: started the engine',
      );
      return await this.#live(endpoint, 'started', child.ended);
    } catch (error) {
      await this.#child?.stop();
      return { reason: error instanceof Error ? error.message : String(error), livedMs: 0 };
    } finally {
      this.#child = undefined;
    }
  }

  async #live(endpoint: Endpoint, how: 'attached' | 'started', gone: Promise<string>): Promise<{ reason: string; livedMs: number }> {
    const since = performance.now();
    if (!this.#stop.signal.aborted) this.#become({ status: 'live', endpoint, how });
    return { reason: await gone, livedMs: performance.now() - since };
  }

  async #untilLost(endpoint: Endpoint): Promise<string> {
    while (!this.#stop.signal.aborted) {
      const either = AbortSignal.any([this.#suspicion.signal, this.#stop.signal]);
      await sleep(attachedCheckMs, undefined, { signal: either }).catch(() => {});
      // Before the engine is asked, so that a suspicion that arises meanwhile counts for the next round.
      this.#suspicion = new AbortController();
      if (this.#stop.signal.aborted || !(await answers(endpoint))) break;
    }
    return 'The engine that this window was attached to is gone.';
  }

  /** Until the delay is over, or until somebody else has started an engine in this home. */
  async #waitOrFind(delayMs: number): Promise<void> {
    const until = performance.now() + delayMs;
    for (;;) {
      const left = until - performance.now();
      if (left <= 0 || this.#stop.signal.aborted) return;
      await sleep(Math.min(left, lookMs), undefined, { signal: this.#stop.signal }).catch(() => {});
      if (left > lookMs && (await findEngine(this.#home))) return;
    }
  }
}
