import {execFile, spawn, type ChildProcess} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {promisify} from 'node:util';
import {allocateSubnet, formatAddress, parseRoutes, parseSubnet} from '../../src/model/subnets.js';

const run = promisify(execFile);

/** A machine of its own: a network namespace with one cable, either to this host or into a bridge. */
export class Netns {
  readonly #id = randomBytes(3).toString('hex');
  /** by this process: the next run removes what a killed one left */
  readonly name = `dyno-p${process.pid}-${this.#id}`;
  readonly #processes = new Set<ChildProcess>();

  /** `host`: this machine, as it is called from there */
  private constructor(
    readonly address: string,
    readonly host: string,
  ) {}

  /** A neighbour of this host, which is its default gateway. */
  static async beside(): Promise<Netns> {
    // Public-looking addresses (TEST-NET-2) that nobody here has.
    const subnet = allocateSubnet('198.51.100.0/24', parseRoutes(readFileSync('/proc/net/route', 'latin1')), 30);
    const [host, own] = [1, 2].map((offset) => formatAddress(parseSubnet(subnet)!.first + offset)) as [string, string];
    const ns = new Netns(own, host);
    await ns.#wire(30);
    await run('ip', ['addr', 'add', `${host}/30`, 'dev', ns.outer]);
    await ns.ip('route', 'add', 'default', 'via', host);
    return ns;
  }

  /** On a bridge of this host, with `gateway` as its way elsewhere. */
  static async on(bridge: string, address: string, bits: number, gateway: string): Promise<Netns> {
    const ns = new Netns(address, gateway);
    await ns.#wire(bits);
    await run('ip', ['link', 'set', ns.outer, 'master', bridge]);
    await ns.ip('route', 'add', 'default', 'via', gateway);
    return ns;
  }

  /** The end of the cable that is on this host. */
  get outer(): string {
    return `dyno${this.#id}o`;
  }

  async #wire(bits: number): Promise<void> {
    await run('ip', ['netns', 'add', this.name]);
    await run('ip', ['link', 'add', this.outer, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', this.name]);
    await run('ip', ['link', 'set', this.outer, 'up']);
    await this.ip('link', 'set', 'lo', 'up');
    await this.ip('link', 'set', 'eth0', 'up');
    await this.ip('addr', 'add', `${this.address}/${bits}`, 'dev', 'eth0');
  }

  async ip(...args: string[]): Promise<string> {
    return (await run('ip', ['-n', this.name, ...args])).stdout;
  }

  /** Loads or lists rules inside. */
  async nft(rules: string): Promise<string> {
    return this.exec('nft', ['-f', '-'], rules);
  }

  async exec(program: string, args: string[], input = ''): Promise<string> {
    const child = run('ip', ['netns', 'exec', this.name, program, ...args], {maxBuffer: 16 << 20});
    // A program that reads nothing may be gone before this.
    child.child.stdin!.on('error', () => undefined).end(input);
    return (await child).stdout;
  }

  start(program: string, args: string[]): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', this.name, program, ...args], {stdio: ['ignore', 'pipe', 'inherit']});
    this.#processes.add(child);
    return child;
  }

  async close(): Promise<void> {
    for (const child of this.#processes) child.kill('SIGKILL');
    await run('ip', ['netns', 'del', this.name]);
    // The kernel takes the cable away later; a name must not meet it.
    await run('ip', ['link', 'del', this.outer]).catch(() => undefined);
  }
}
