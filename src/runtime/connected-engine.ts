import {setTimeout as delay} from 'node:timers/promises';
import type {AbilityFact, Engine, EngineFacts} from '../engine/engine.js';
import {DynoError} from '../model/error.js';
import type {RuntimeSpec} from '../model/spec.js';
import {networkSpecOf} from './network-spec.js';

export interface ConnectedEngineOptions {
  engine: Engine;
  /** as it is now: the next try is made with it */
  spec: () => RuntimeSpec;
  /** the network is whole; when it fails, all is tried again */
  onReady: (facts: EngineFacts) => Promise<void>;
  report: (problem: string) => void;
}

/** ms between two tries to reach an engine that does not answer */
const RETRY_MS = 2000;

/** The engine of a runtime, with the runtime's network on it: tried for ever until both are there. */
export class ConnectedEngine {
  readonly #options: ConnectedEngineOptions;
  readonly #closing = new AbortController();
  #facts: EngineFacts | null = null;
  #problem: DynoError | null = null;
  #connecting: Promise<void> = Promise.resolve();
  #updating: Promise<void> | null = null;
  /** of the network as it is, as JSON */
  #network = '';

  constructor(options: ConnectedEngineOptions) {
    this.#options = options;
  }

  /** Resolves after the first try, and goes on until one succeeds or this is closed. */
  connect(): Promise<void> {
    return new Promise((tried) => {
      this.#connecting = this.#connect(tried);
    });
  }

  /** The engine itself is left open. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#connecting;
    await this.#updating;
  }

  /** @throws DynoError engine_unreachable; subnet_taken: the space needs another one */
  require(): EngineFacts {
    if (this.#facts) return this.#facts;
    if (this.#problem?.code === 'subnet_taken') throw this.#problem;
    const reason = this.#problem?.message ?? 'still connecting';
    throw new DynoError('engine_unreachable', {engine: this.#options.engine.name, reason});
  }

  /** What does not hold here, in sentences. */
  get warnings(): string[] {
    if (this.#facts) return Object.values(this.#facts.abilities).flatMap((fact) => (fact.holds ? [] : [fact.why]));
    return [this.#problem?.message ?? `Still connecting to the ${this.#options.engine.name} engine.`];
  }

  /** The spec changed: brings the network up to it, where it is no longer what it should be. */
  update(): void {
    if (!this.#facts || this.#updating) return;
    this.#updating = this.#update().finally(() => (this.#updating = null));
  }

  /** With the last dyno gone; without an engine it stays for the next time. */
  async removeNetwork(): Promise<void> {
    if (!this.#facts) return;
    const {engine, spec, report} = this.#options;
    const {name} = spec();
    await engine.removeNetwork(name).catch((error: Error) => report(`Removing network ${name}: ${error.message}`));
  }

  async #connect(tried: () => void): Promise<void> {
    const {engine, onReady, report} = this.#options;
    while (!this.#closing.signal.aborted) {
      try {
        const facts = await engine.open();
        await this.#ensureNetwork();
        await onReady(facts);
        this.#facts = facts;
        this.#problem = null;
        tried();
        this.update();
        return await this.#proveIsolation(facts);
      } catch (error) {
        const problem = problemOf(error);
        if (problem.message !== this.#problem?.message) report(problem.message);
        this.#problem = problem;
        tried();
        await this.#pause();
      }
    }
  }

  async #update(): Promise<void> {
    const {spec, report} = this.#options;
    while (!this.#closing.signal.aborted && JSON.stringify(networkSpecOf(spec())) !== this.#network) {
      try {
        await this.#ensureNetwork();
      } catch (error) {
        report(problemOf(error).message);
        await this.#pause();
      }
    }
  }

  async #ensureNetwork(): Promise<void> {
    const network = networkSpecOf(this.#options.spec());
    await this.#options.engine.ensureNetwork(network);
    this.#network = JSON.stringify(network);
  }

  async #pause(): Promise<void> {
    await delay(RETRY_MS, undefined, {signal: this.#closing.signal}).catch(() => undefined);
  }

  /** A region's promise that dynos cannot reach each other is tried out, not believed; it says so when it fails. */
  async #proveIsolation(facts: EngineFacts): Promise<void> {
    const {engine, spec, report} = this.#options;
    const {name, kind} = spec();
    if (kind === 'space' || !engine.probeIsolation) return;
    const fact = await engine
      .probeIsolation(name)
      .catch((error: Error): AbilityFact => ({holds: false, why: `Isolation could not be proven: ${error.message}`}));
    if (this.#closing.signal.aborted) return;
    // In place: the engine keeps these facts true while it runs.
    facts.abilities['dyno-isolation'] = fact;
    if (!fact.holds) report(fact.why);
  }
}

function problemOf(error: unknown): DynoError {
  if (error instanceof DynoError) return error;
  return new DynoError('unavailable', {message: error instanceof Error ? error.message : String(error)}, error);
}
