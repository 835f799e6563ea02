import type Docker from 'dockerode';
import type {IncomingMessage} from 'node:http';
import {setTimeout as wait} from 'node:timers/promises';
import {type Identity, labelFilter, OWNER, RUNTIME} from '../labels.js';
import {MADE_FROM} from './names.js';

export interface SpaceKeeperOptions {
  docker: Docker;
  identity: Identity;
  /** looks at everything and repairs it; `whole`: the engine was away, so guards may be gone too */
  look: (whole: boolean) => Promise<void>;
  /** null: all is well again */
  onProblem: (problem: string | null) => void;
}

/** ms between two looks without an event; between two tries that fail; at least between any two */
const LOOK_MS = 30_000;
const RETRY_MS = 1000;
const PAUSE_MS = 300;

/**
 * Brings back what ends: a gateway that somebody killed, a data service that crashed. Events only trigger another look
 * at the whole; one look at a time.
 */
export class SpaceKeeper {
  readonly #options: SpaceKeeperOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<unknown>;
  #wake: () => void = () => undefined;
  #due = false;
  #whole = false;

  constructor(options: SpaceKeeperOptions) {
    this.#options = options;
    this.#running = Promise.all([this.#watch(), this.#keep()]);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake();
    await this.#running;
  }

  async #keep(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      await this.#untilDue();
      if (this.#closing.signal.aborted) return;
      const whole = this.#whole;
      this.#due = this.#whole = false;
      try {
        await this.#options.look(whole);
        this.#options.onProblem(null);
        await this.#wait(PAUSE_MS);
      } catch (error) {
        this.#options.onProblem((error as Error).message);
        await this.#wait(RETRY_MS);
        this.#due = true;
        this.#whole ||= whole;
      }
    }
  }

  #untilDue(): Promise<void> {
    if (this.#due) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK_MS);
      timer.unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #lookSoon(whole: boolean): void {
    this.#due = true;
    this.#whole ||= whole;
    this.#wake();
  }

  async #watch(): Promise<void> {
    const {docker, identity} = this.#options;
    const {signal} = this.#closing;
    const filters = {
      type: ['container'],
      event: ['die', 'destroy'],
      ...labelFilter({[OWNER]: identity.owner, [RUNTIME]: identity.runtime}, MADE_FROM),
    };
    for (let first = true; !signal.aborted; first = false) {
      try {
        const stream = (await docker.getEvents({filters} as object)) as unknown as IncomingMessage;
        if (!first) this.#lookSoon(true);
        await this.#read(stream);
      } catch {
        // The engine is away; the next try may find it.
      }
      await this.#wait(RETRY_MS);
    }
  }

  #read(stream: IncomingMessage): Promise<void> {
    const {signal} = this.#closing;
    const stop = () => stream.destroy();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    stream.on('data', () => this.#lookSoon(false));
    return new Promise<void>((resolve) => {
      for (const event of ['end', 'close', 'error']) stream.once(event, () => resolve());
    }).finally(() => signal.removeEventListener('abort', stop));
  }

  async #wait(delayMs: number): Promise<void> {
    await wait(delayMs, undefined, {signal: this.#closing.signal}).catch(() => undefined);
  }
}
