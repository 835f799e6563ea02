import type Docker from 'dockerode';
import type {AbilityFact} from '../../engine.js';
import type {Identity} from '../labels.js';
import {findNetwork} from './bridge.js';
import {bridgeName} from './names.js';
import {runNetHelper} from './net-helper.js';
import {ensureNetImage} from './net-image.js';
import {dropCommonGuard, dropGuard, loadRules, neighbourGuard} from './rules.js';

/**
 * Keeps the machines beside this one out of a Common Runtime's network. Docker alone does that only where the policy of
 * FORWARD is DROP, which it sets only when it enabled forwarding itself (docker-facts.md 1). Loaded while the runtime
 * starts, for no dyno's sake but before the first one does; it outlives the runtime, not the machine's next start.
 */
export class NeighbourGuard {
  readonly #docker: Docker;
  readonly #identity: Identity;
  readonly #onFact: (fact: AbilityFact) => void;
  #loading: Promise<void> = Promise.resolve();

  constructor(docker: Docker, identity: Identity, onFact: (fact: AbilityFact) => void) {
    this.#docker = docker;
    this.#identity = identity;
    this.#onFact = onFact;
  }

  /** Begins; `settled` tells the end. A network that is not there is let be. */
  load(network: string): void {
    this.#loading = this.#loading
      .then(() => this.#load(network))
      .then(
        () => this.#onFact({holds: true}),
        (error: Error) => this.#onFact({holds: false, why: whyOpen(error)}),
      );
  }

  /** Resolves once it is in place, or cannot be. */
  settled(): Promise<void> {
    return this.#loading;
  }

  /** With all that common-guard.ts may have loaded for it. Where nothing can be loaded, nothing was. */
  async drop(network: string): Promise<void> {
    await this.#loading;
    if (!(await findNetwork(this.#docker, network))) return;
    const bridge = bridgeName(this.#identity, network);
    const image = await ensureNetImage(this.#docker).catch(() => null);
    if (image === null) return;
    const script = loadRules(`${dropGuard(bridge)}\n${dropCommonGuard(bridge)}\n`);
    await this.#onHost(image, script, `remove the guard of ${network}`);
  }

  async #load(network: string): Promise<void> {
    const info = await findNetwork(this.#docker, network);
    if (!info) return;
    const device = info.Options?.['com.docker.network.bridge.name'] ?? `br-${info.Id.slice(0, 12)}`;
    const script = loadRules(neighbourGuard(bridgeName(this.#identity, network), device));
    await this.#onHost(await ensureNetImage(this.#docker), script, `guard the network ${network}`);
  }

  async #onHost(image: string, script: string, action: string): Promise<void> {
    await runNetHelper(this.#docker, this.#identity, {image, network: 'host', script, action});
  }
}

function whyOpen({message}: Error): string {
  return `Machines beside this one may reach dynos of the Common Runtime, unless this machine's own firewall keeps them out (iptables -S FORWARD: policy DROP): dyno's guard cannot be loaded. ${message}`;
}
