import type {RuntimeClient} from '../../runtime/client.js';
import type {Clock} from '../../model/clock.js';
import {DynoError} from '../../model/error.js';
import type {HomeLayout} from '../../model/home-layout.js';
import {spaceRouterPorts} from '../../model/ports.js';
import type {Range} from '../../model/subnets.js';
import type {Account} from '../account.js';
import type {KeyedQueue} from '../keyed-queue.js';
import type {PlatformLog} from '../platform-log.js';
import {removeRuntimeFolders} from '../runtimes/runtime-folders.js';
import {commonRegions} from '../runtimes/runtime-spec.js';
import type {Runtimes} from '../runtimes/runtimes.js';
import {newId, timestamp} from '../store/identity.js';
import type {InboundRule, InboundRuleset, Space} from '../store/spaces.js';
import type {Store} from '../store/store.js';
import {SpaceAddresses} from './space-addresses.js';

export interface NewSpace {
  name: string;
  teamId: string;
  region: string;
  shield: boolean;
  /** absent: a piece of 10.0.0.0/16 */
  cidr?: string | undefined;
  dataCidr?: string | undefined;
  logDrainUrl?: string | undefined;
}

export interface SpacesOptions {
  store: Store;
  runtimes: Runtimes;
  clock: Clock;
  account: Account;
  queue: KeyedQueue;
  log: PlatformLog;
  basePort: number;
  home: HomeLayout;
  /** ranges that this machine has in use besides spaces */
  machineRanges: () => Range[];
}

/** ms between two looks at a space that is being made; between two tries to remove one, doubled up to the last */
const ALLOCATE_MS = 1000;
const REMOVE_MS = 1000;
const REMOVE_MOST_MS = 60_000;
const OPEN: InboundRule = {action: 'allow', source: '0.0.0.0/0'};

/**
 * The life of private spaces (heroku-behaviour.md 1.2):
 *
 *   create ─▶ allocating ── its network is whole ──▶ allocated ── destroy ──▶ deleting ── all is gone ──▶ no more
 */
export class Spaces {
  readonly #options: SpacesOptions;
  readonly #addresses: SpaceAddresses;

  constructor(options: SpacesOptions) {
    this.#options = options;
    this.#addresses = new SpaceAddresses(options.store, options.machineRanges);
  }

  /** Goes on where the last platform was. */
  start(): void {
    for (const space of this.#options.store.spaces.list()) {
      if (space.state === 'deleting') void this.#remove(space);
      else void this.#allocate(space);
    }
  }

  /**
   * Stores a new space and starts its runtime; it is allocated once that answers.
   *
   * @throws DynoError unsupported, cidr_invalid, cidr_overlap, subnets_exhausted, invalid_params
   */
  async create(wanted: NewSpace): Promise<Space> {
    await this.#requireEngine();
    const {store, clock, account} = this.#options;
    const now = timestamp(clock.now());
    const space = store.transaction(() => {
      const made = store.spaces.insert(this.#spaceOf(wanted, now));
      this.#addRuleset(made.id, [OPEN], account.email, now);
      return made;
    });
    void this.#allocate(space);
    return space;
  }

  rename(space: Space, name: string): Space {
    const {store, clock} = this.#options;
    store.spaces.update(space.id, {name, updatedAt: timestamp(clock.now())});
    return store.spaces.get(space.id);
  }

  /** A space that is not on its way out. @throws DynoError invalid_params */
  requireAlive(space: Space): Space {
    if (space.state !== 'deleting') return space;
    throw new DynoError('invalid_params', {message: `Space ${space.name} is being destroyed.`});
  }

  /** Replaces all rules, at once for new and open connections. @throws DynoError invalid_params */
  async replaceRules(space: Space, rules: InboundRule[]): Promise<InboundRuleset> {
    const {runtimes, clock, account} = this.#options;
    const ruleset = this.#addRuleset(space.id, rules, account.email, timestamp(clock.now()));
    await runtimes.pushAll(space.runtime);
    return ruleset;
  }

  /** Who may say with PROXY protocol for whom it speaks: at once, for open connections too. */
  async replaceProxyPeers(space: Space, proxyPeers: string[]): Promise<Space> {
    const {store, runtimes, clock} = this.#options;
    store.spaces.update(space.id, {proxyPeers, updatedAt: timestamp(clock.now())});
    await runtimes.pushAll(space.runtime);
    return store.spaces.get(space.id);
  }

  /** @throws DynoError invalid_params while apps live in it */
  destroy(space: Space): Space {
    if (space.state === 'deleting') return space;
    const {store, clock} = this.#options;
    const apps = store.apps.listOf({spaceId: space.id});
    if (apps.length > 0) {
      const names = apps.map(({name}) => name).join(', ');
      throw new DynoError('invalid_params', {
        message: `Space ${space.name} still has apps: ${names}. Destroy them first.`,
      });
    }
    store.spaces.update(space.id, {state: 'deleting', updatedAt: timestamp(clock.now())});
    void this.#remove(space);
    return store.spaces.get(space.id);
  }

  #addRuleset(spaceId: string, rules: InboundRule[], createdBy: string, createdAt: string): InboundRuleset {
    const {store} = this.#options;
    const sequence = store.spaces.rulesetsOf(spaceId).length;
    return store.spaces.addRuleset({id: newId(), sequence, spaceId, rules, createdBy, createdAt});
  }

  /** Until the space's network is whole: also of one that had it before, and lost its subnet to somebody meanwhile. */
  async #allocate({id, name, runtime}: Space): Promise<void> {
    const {runtimes, store, clock, log} = this.#options;
    const isOver = () => runtimes.isClosed || (store.spaces.find(id)?.state ?? 'deleting') === 'deleting';
    const refused: string[] = [];
    let told = '';
    while (!isOver()) {
      try {
        // It tells of its engine only once the space's network is whole.
        await (await runtimes.clientOf(runtime)).doctor();
        break;
      } catch (error) {
        if (isOver()) return;
        const reason = error instanceof Error ? error.message : String(error);
        if (reason !== told) log.info(`space ${name}: ${reason}`);
        told = reason;
        if (error instanceof DynoError && error.code === 'subnet_taken') await this.#moveOn(id, error, refused);
        // A link that fails at once must not make a busy loop.
        await pause(ALLOCATE_MS);
      }
    }
    if (isOver() || store.spaces.get(id).state === 'allocated') return;
    store.spaces.update(id, {state: 'allocated', updatedAt: timestamp(clock.now())});
    log.info(`space ${name}: allocated`);
  }

  /** To the next subnet that looks free, when it is the space's that is in use: Docker knows of more than this machine. */
  async #moveOn(id: string, {details}: DynoError, refused: string[]): Promise<void> {
    const {runtimes, store, queue, log} = this.#options;
    await queue.run('spaces', async () => {
      const space = store.spaces.find(id);
      if (!space || details['subnet'] !== space.subnet) return;
      refused.push(space.subnet);
      try {
        const subnet = this.#addresses.subnetFor(space.cidr, refused);
        store.spaces.update(id, {subnet});
        log.info(`space ${space.name}: moves from ${space.subnet} to ${subnet}`);
        await runtimes.pushAll(space.runtime);
      } catch (error) {
        log.error(`space ${space.name}`, error);
        refused.length = 0;
      }
    });
  }

  /** Until nothing is left of it. */
  async #remove(space: Space): Promise<void> {
    const {runtimes, queue, log} = this.#options;
    for (let delay = REMOVE_MS; !runtimes.isClosed; delay = Math.min(2 * delay, REMOVE_MOST_MS)) {
      try {
        await queue.run(space.id, () => this.#removeAll(space));
        log.info(`space ${space.name}: gone`);
        return;
      } catch (error) {
        log.error(`space ${space.name}: cannot be removed, next try in ${delay / 1000} s`, error);
        await pause(delay);
      }
    }
  }

  async #removeAll({id, runtime}: Space): Promise<void> {
    const {runtimes, store, home} = this.#options;
    await runtimes.retire(runtime);
    // It may have been killed, by us or by somebody else, before it had removed everything.
    await (await this.#otherRuntime(runtime)).removeSpaceOf(runtime);
    // What could not be removed while its runtime lived is removed by none.
    for (const left of store.apps.listDeleted()) if (left.runtime === runtime) store.apps.forgetDeleted(left.id);
    removeRuntimeFolders(home.runtime(runtime));
    store.spaces.delete(id);
  }

  /** The router is on the space's network only where that is this machine's. @throws DynoError unsupported */
  async requireInternalRouting({runtime}: Space): Promise<void> {
    const {abilities} = await (await this.#options.runtimes.clientOf(runtime)).doctor();
    const fact = abilities['direct-address'];
    if (fact.holds) return;
    throw new DynoError('unsupported', {
      message: `Internal routing needs dynos at addresses of their own. ${fact.why}`,
    });
  }

  /** Asks the engine of any runtime whether it can isolate. @throws DynoError unsupported */
  async #requireEngine(): Promise<void> {
    const {engine, abilities} = await (await this.#otherRuntime()).doctor();
    const fact = abilities.spaces;
    if (fact.holds) return;
    throw new DynoError('unsupported', {
      message: `The ${engine} engine cannot isolate a private space. ${fact.why}`.trim(),
    });
  }

  /** One that answers; us is started when there is none. */
  #otherRuntime(than?: string): Promise<RuntimeClient> {
    const {runtimes} = this.#options;
    const [name = 'us'] = runtimes.names.filter((running) => running !== than && runtimes.isConnected(running));
    return runtimes.clientOf(name);
  }

  #spaceOf(wanted: NewSpace, now: string): Space {
    const {store, basePort} = this.#options;
    const others = store.spaces.list();
    return {
      id: newId(),
      name: wanted.name,
      teamId: wanted.teamId,
      region: wanted.region,
      state: 'allocating',
      shield: wanted.shield,
      ...this.#addresses.forNew(wanted),
      runtime: runtimeNameFor(wanted.name, others),
      ...portsFor(basePort, others),
      proxyPeers: [],
      logDrainUrl: wanted.logDrainUrl ?? null,
      logDrainId: wanted.logDrainUrl ? newId() : null,
      createdAt: now,
      updatedAt: now,
    };
  }
}

/** The first two ports that no other space has. */
function portsFor(basePort: number, others: Space[]): {httpPort: number; httpsPort: number} {
  const taken = new Set(others.flatMap(({httpPort, httpsPort}) => [httpPort, httpsPort]));
  for (let index = 0; ; index++) {
    const ports = spaceRouterPorts(basePort, index);
    if (!taken.has(ports.httpPort) && !taken.has(ports.httpsPort)) return ports;
  }
}

/** The space's name, unless a region or a space that was renamed has it. */
function runtimeNameFor(name: string, others: Space[]): string {
  const taken = new Set<string>([...commonRegions, ...others.map(({runtime}) => runtime)]);
  if (!taken.has(name)) return name;
  for (let number = 2; ; number++) if (!taken.has(`${name}-${number}`)) return `${name}-${number}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
