import type {NetworkSpec} from '../engine.js';

/**
 * The networks that were asked for, to make them whole once more: whoever prunes Docker's networks or flushes the
 * firewall while no dyno runs takes them away from a runtime that goes on.
 */
export class KeptNetworks {
  readonly #specs = new Map<string, NetworkSpec>();
  readonly #restore: (network: NetworkSpec) => Promise<void>;
  #round: Promise<void> | null = null;

  /** `restore`: makes one whole, whatever of it is there */
  constructor(restore: (network: NetworkSpec) => Promise<void>) {
    this.#restore = restore;
  }

  keep(network: NetworkSpec): void {
    this.#specs.set(network.name, network);
  }

  forget(name: string): void {
    this.#specs.delete(name);
  }

  /** One round at a time: who asks during one gets that one's end. Rejects with the first failure. */
  restore(): Promise<void> {
    this.#round ??= this.#restoreAll().finally(() => (this.#round = null));
    return this.#round;
  }

  /** Resolves once no round is under way, however it ended. */
  async settled(): Promise<void> {
    await this.#round?.catch(() => undefined);
  }

  async #restoreAll(): Promise<void> {
    for (const network of [...this.#specs.values()]) {
      if (this.#specs.has(network.name)) await this.#restore(network);
    }
  }
}
