import {rmSync} from 'node:fs';
import type {RuntimeClient} from '../../runtime/client.js';
import type {Clock} from '../../model/clock.js';
import {DynoError} from '../../model/error.js';
import type {HomeLayout} from '../../model/home-layout.js';
import {spaceRouterPorts} from '../../model/ports.js';
import type {Range} from '../../model/subnets.js';
import {
  allocateEdge,
  allocateNatAddresses,
  allocateSubnet,
  checkSpaceCidr,
  overlap,
  parseSubnet,
  refuseOverlap,
} from '../../model/subnets.js';
import type {Account} from '../account.js';
import type {KeyedQueue} from '../keyed-queue.js';
import type {PlatformLog} from '../platform-log.js';
import {commonRegions} from '../runtimes/runtime-spec.js';
import type {Runtimes} from '../runtimes/runtimes.js';
import {newId, timestamp} from '../store/identity.js';
import type {InboundRule, InboundRuleset, Space} from '../store/spaces.js';
import type {Store} from '../store/store.js';

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

const DEFAULT_CIDR = '10.0.0.0/16';
const DEFAULT_DATA_CIDR = '172.23.0.0/20';
const OPEN: InboundRule = {action: 'allow', source: '0.0.0.0/0'};

/**
 * The life of private spaces (heroku-behaviour.md 1.2):
 *
 *   create ─▶ allocating ── its network is whole ──▶ allocated ── destroy ──▶ deleting ── all is gone ──▶ no more
 */
export class Spaces {
  readonly #options: SpacesOptions;

  constructor(options: SpacesOptions) {
    this.#options = options;
  }

  /** Goes on where the last platform was. */
  start(): void {
    for (const space of this.#options.store.spaces.list()) {
      if (space.state === 'allocating') void this.#allocate(space);
      if (space.state === 'deleting') void this.#remove(space);
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

  async #allocate(space: Space): Promise<void> {
    const {runtimes, store, clock, log} = this.#options;
    for (;;) {
      try {
        // It tells of its engine only once the space's network is whole.
        await (await runtimes.clientOf(space.runtime)).doctor();
        break;
      } catch (error) {
        if (runtimes.isClosed || store.spaces.find(space.id)?.state !== 'allocating') return;
        log.info(`space ${space.name}: ${error instanceof Error ? error.message : String(error)}`);
        // A link that fails at once must not make a busy loop.
        await new Promise((resolve) => setTimeout(resolve, 1000).unref());
      }
    }
    if (store.spaces.find(space.id)?.state !== 'allocating') return;
    store.spaces.update(space.id, {state: 'allocated', updatedAt: timestamp(clock.now())});
    log.info(`space ${space.name}: allocated`);
  }

  async #remove(space: Space): Promise<void> {
    const {runtimes, store, queue, log, home} = this.#options;
    await queue.run(space.id, async () => {
      try {
        await runtimes.retire(space.runtime);
        // It may have been killed, by us or by somebody else, before it had removed everything.
        await (await this.#otherRuntime(space.runtime)).removeSpaceOf(space.runtime);
        // What could not be removed while its runtime lived is removed by none.
        for (const left of store.apps.listDeleted())
          if (left.runtime === space.runtime) store.apps.forgetDeleted(left.id);
        rmSync(home.runtime(space.runtime).root, {recursive: true, force: true});
        store.spaces.delete(space.id);
        log.info(`space ${space.name}: gone`);
      } catch (error) {
        log.error(`space ${space.name}: cannot be removed`, error);
      }
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
    const {cidr, subnet} = this.#addressesFor(wanted.cidr, others);
    const dataCidr = wanted.dataCidr ?? DEFAULT_DATA_CIDR;
    checkDataCidr(dataCidr, cidr);
    return {
      id: newId(),
      name: wanted.name,
      teamId: wanted.teamId,
      region: wanted.region,
      state: 'allocating',
      shield: wanted.shield,
      cidr,
      dataCidr,
      runtime: runtimeNameFor(wanted.name, others),
      subnet,
      ...portsFor(basePort, others),
      nat: this.#natAddresses(others),
      proxyPeers: [],
      logDrainUrl: wanted.logDrainUrl ?? null,
      logDrainId: wanted.logDrainUrl ? newId() : null,
      createdAt: now,
      updatedAt: now,
    };
  }

  /** A CIDR that was asked for belongs to one space; the default one is shared out. */
  #addressesFor(wanted: string | undefined, others: Space[]): {cidr: string; subnet: string} {
    const machine = this.#options.machineRanges();
    const cidr = wanted === undefined ? DEFAULT_CIDR : checkSpaceCidr(wanted);
    // The bridges of our own spaces are among the machine's routes.
    const subnets = others.map((space) => parseSubnet(space.subnet)!);
    const foreign = machine.filter((range) => !subnets.some((subnet) => overlap(subnet, range)));
    if (wanted !== undefined && wanted !== DEFAULT_CIDR) {
      refuseOverlap(cidr, [
        ...others.map((space) => ({range: parseSubnet(space.cidr)!, holder: `space ${space.name}`})),
        ...foreign.map((range) => ({range, holder: 'this machine'})),
      ]);
    }
    return {cidr, subnet: allocateSubnet(cidr, [...machine, ...subnets])};
  }

  #natAddresses(others: Space[]): string[] {
    const {store, machineRanges} = this.#options;
    const installation = store.settings.ensure('installation_id', newId);
    const edge = store.settings.ensure('edge_network', () => allocateEdge(installation, machineRanges()));
    return allocateNatAddresses(
      edge,
      others.flatMap(({nat}) => nat),
    );
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

/** @throws DynoError cidr_invalid */
function checkDataCidr(dataCidr: string, cidr: string): void {
  const range = parseSubnet(dataCidr);
  const bits = Number(dataCidr.split('/')[1]);
  const refuse = (reason: string) => new DynoError('cidr_invalid', {cidr: dataCidr, reason});
  if (!range) throw refuse('it is no IPv4 range');
  if (bits < 16 || bits > 20) throw refuse('data ranges are /16 to /20');
  if (overlap(range, parseSubnet(cidr)!)) throw refuse(`it overlaps with the space's own ${cidr}`);
}
