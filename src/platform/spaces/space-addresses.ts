import {DynoError} from '../../model/error.js';
import type {Range} from '../../model/subnets.js';
import {
  allocateEdge,
  allocateNatAddresses,
  allocateSubnet,
  checkSpaceCidr,
  isPrivate,
  overlap,
  parseSubnet,
  refuseOverlap,
} from '../../model/subnets.js';
import {newId} from '../store/identity.js';
import type {Space} from '../store/spaces.js';
import type {Store} from '../store/store.js';

const DEFAULT_CIDR = '10.0.0.0/16';
const DEFAULT_DATA_CIDR = '172.23.0.0/20';

/** Gives out addresses to spaces, one space at a time: the caller sees to that. */
export class SpaceAddresses {
  readonly #store: Store;
  readonly #machineRanges: () => Range[];

  /** `machineRanges`: ranges that this machine has in use besides spaces */
  constructor(store: Store, machineRanges: () => Range[]) {
    this.#store = store;
    this.#machineRanges = machineRanges;
  }

  /** @throws DynoError cidr_invalid, cidr_overlap, subnets_exhausted */
  forNew(wanted: {
    cidr?: string | undefined;
    dataCidr?: string | undefined;
  }): Pick<Space, 'cidr' | 'dataCidr' | 'subnet' | 'nat'> {
    const cidr = wanted.cidr === undefined ? DEFAULT_CIDR : checkSpaceCidr(wanted.cidr);
    // Also when it is named: Terraform's provider names it for every space that is to have the default.
    if (cidr !== DEFAULT_CIDR) this.#refuseOverlap(cidr);
    const dataCidr = wanted.dataCidr ?? DEFAULT_DATA_CIDR;
    checkDataCidr(dataCidr, cidr);
    return {cidr, dataCidr, subnet: this.subnetFor(cidr), nat: this.#nat()};
  }

  /** A piece of the CIDR that looks free and is none of `refused`. @throws DynoError subnets_exhausted */
  subnetFor(cidr: string, refused: readonly string[] = []): string {
    const taken = [...this.#subnets(), ...refused.map((subnet) => parseSubnet(subnet)!)];
    return allocateSubnet(cidr, [...this.#machineRanges(), ...taken]);
  }

  /** A CIDR that was asked for belongs to one space; the default one is shared out. */
  #refuseOverlap(cidr: string): void {
    const subnets = this.#subnets();
    // The bridges of our own spaces are among the machine's routes.
    const foreign = this.#machineRanges().filter((range) => !subnets.some((subnet) => overlap(subnet, range)));
    refuseOverlap(cidr, [
      ...this.#store.spaces
        .list()
        .map(({name, cidr: other}) => ({range: parseSubnet(other)!, holder: `space ${name}`})),
      ...foreign.map((range) => ({range, holder: 'this machine'})),
    ]);
  }

  #subnets(): Range[] {
    return this.#store.spaces.list().map(({subnet}) => parseSubnet(subnet)!);
  }

  /** The edge network stays for as long as a space has addresses of it; then somebody else may have taken it. */
  #nat(): string[] {
    const {settings, spaces} = this.#store;
    const used = spaces.list().flatMap(({nat}) => nat);
    const make = () => allocateEdge(settings.ensure('installation_id', newId), this.#machineRanges());
    const edge = settings.ensure('edge_network', make);
    const lost = used.length === 0 && this.#machineRanges().some((range) => overlap(range, parseSubnet(edge)!));
    if (!lost) return allocateNatAddresses(edge, used);
    const another = make();
    settings.set('edge_network', another);
    return allocateNatAddresses(another, used);
  }
}

/** RFC 1918, /16 to /20 (heroku-behaviour.md 1.2). @throws DynoError invalid_params */
function checkDataCidr(dataCidr: string, cidr: string): void {
  const range = parseSubnet(dataCidr);
  const bits = Number(dataCidr.split('/')[1]);
  const refuse = (reason: string) =>
    new DynoError('invalid_params', {
      message: `${dataCidr.slice(0, 60)} cannot be the range of data services: ${reason}. Use private addresses with /16 to /20, for example ${DEFAULT_DATA_CIDR}.`,
    });
  if (!range) throw refuse('it is no IPv4 range');
  if (bits < 16 || bits > 20) throw refuse(`it is a /${bits}`);
  if (!isPrivate(range)) throw refuse('it is not private');
  if (overlap(range, parseSubnet(cidr)!)) throw refuse(`it overlaps with the space's own ${cidr}`);
}
