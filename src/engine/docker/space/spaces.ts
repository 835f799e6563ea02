import type {AbilityFact, NetworkSpec} from '../../engine.js';
import {type DataService, type DataServiceSpec, ensureDataService, removeDataService} from './data-service.js';
import {SpaceKeeper} from './space-keeper.js';
import {
  ensureSpaceNetwork,
  openWays,
  removeSpaceNetwork,
  type SpaceGround,
  type SpaceNetworkSpec,
} from './space-network.js';
import {removeSpaceOf, sweepSpaces} from './sweep.js';

/** A network that gets a way out, a guard and a keeper; others are plain bridges. */
export function isSpaceNetwork(spec: NetworkSpec): spec is SpaceNetworkSpec {
  return spec.kind === 'space' && spec.subnet !== undefined && (spec.egress?.addresses.length ?? 0) > 0;
}

/**
 * The networks of private spaces, with all that keeps them apart. Holds what should be there, and brings it back when it
 * ends while this process lives. One change at a time.
 */
export class Spaces {
  readonly #ground: SpaceGround;
  readonly #onFact: (fact: AbilityFact) => void;
  readonly #networks = new Map<string, SpaceNetworkSpec>();
  readonly #data = new Map<string, DataServiceSpec>();
  #keeper: SpaceKeeper | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** `onFact`: whether everything of the spaces is in place, whenever that was looked at */
  constructor(ground: SpaceGround, onFact: (fact: AbilityFact) => void = () => undefined) {
    this.#ground = ground;
    this.#onFact = onFact;
  }

  sweep(): Promise<void> {
    return this.#next(() => sweepSpaces(this.#ground));
  }

  /** What the runtime of another space left. */
  removeOf(runtime: string): Promise<void> {
    return this.#next(() => removeSpaceOf(this.#ground, runtime));
  }

  /**
   * @throws DynoError subnet_taken; unsupported: no nft on this machine; engine_refused: the engine's host takes no
   *   firewall; space_unavailable: the gateway does not come up
   */
  ensure(spec: SpaceNetworkSpec): Promise<void> {
    return this.#next(async () => {
      await ensureSpaceNetwork(this.#ground, spec);
      this.#networks.set(spec.name, spec);
      this.#keeper ??= this.#keep();
    });
  }

  remove(name: string): Promise<void> {
    this.#networks.delete(name);
    for (const [id, {network}] of this.#data) if (network === name) this.#data.delete(id);
    return this.#next(async () => {
      await removeSpaceNetwork(this.#ground, name);
      if (this.#networks.size > 0) return;
      const keeper = this.#keeper;
      this.#keeper = null;
      // Not waited for: it may be waiting for this very change to end.
      void keeper?.close();
    });
  }

  ensureData(spec: DataServiceSpec): Promise<DataService> {
    return this.#next(async () => {
      const service = await ensureDataService(this.#ground.docker, this.#ground.identity, spec);
      this.#data.set(spec.id, spec);
      return service;
    });
  }

  removeData(id: string): Promise<void> {
    this.#data.delete(id);
    return this.#next(() => removeDataService(this.#ground.docker, this.#ground.identity, id));
  }

  /** Lets go; everything stays as it is. */
  async close(): Promise<void> {
    await this.#keeper?.close();
    await this.#last.catch(() => undefined);
  }

  #keep(): SpaceKeeper {
    return new SpaceKeeper({
      ...this.#ground,
      look: (whole) => this.#next(() => this.#look(whole)),
      onProblem: (problem) => this.#onFact(problem === null ? {holds: true} : {holds: false, why: problem}),
    });
  }

  async #look(whole: boolean): Promise<void> {
    for (const spec of this.#networks.values()) {
      await (whole ? ensureSpaceNetwork(this.#ground, spec) : openWays(this.#ground, spec));
    }
    for (const spec of this.#data.values()) await ensureDataService(this.#ground.docker, this.#ground.identity, spec);
  }

  #next<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#last.then(job, job);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
