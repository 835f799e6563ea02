import type {Readable, Writable} from 'node:stream';
import type {DynoKind, Endpoint} from '../model/dyno.js';

/**
 * The one port to whatever runs processes. Level, not edge: "already there" and "already gone" are success.
 * Every method rejects with a DynoError (`engine_unreachable`, `engine_refused`, `disk_full`, `unsupported`).
 * One engine object serves one runtime: it sees and touches only what carries its owner and runtime labels,
 * but for images, which all runtimes of an owner share.
 */
export interface Engine {
  readonly name: EngineName;

  /** Connects and probes what this engine can do here. Called once, before anything else. */
  open(): Promise<EngineFacts>;
  /** Lets go of connections. Dynos keep running. */
  close(): Promise<void>;

  ensureNetwork(network: NetworkSpec): Promise<void>;
  removeNetwork(name: string): Promise<void>;
  /** All that another runtime of this owner, of a space, has left: it was killed while it removed that itself. */
  removeSpaceOf?(runtime: string): Promise<void>;
  /** Tries out that dynos of a common network cannot reach each other; engines that promise nothing have none. */
  probeIsolation?(network: string): Promise<AbilityFact>;

  /**
   * Creates, attaches and starts; resolves once the command is launched. Output flows to `output` from the first byte
   * and until the dyno ends, whoever is slow. A dyno whose image is gone or whose command cannot start rejects.
   */
  startDyno(spec: DynoSpec, output: DynoOutput): Promise<EngineDyno>;
  /** Every dyno of this owner and runtime that has not been removed, running or ended. */
  listDynos(): Promise<EngineDyno[]>;
  /** One of listDynos(), null when there is none: lets one dyno's end be settled without a look at all. */
  findDyno?(engineId: string): Promise<EngineDyno | null>;
  /**
   * Takes up the output of an adopted dyno where `since` (a cursor that DynoOutput got earlier, or null: all that the
   * engine still has) left off, exactly: none lost, none doubled.
   */
  followDyno(engineId: string, since: string | null, output: DynoOutput): Promise<void>;
  /** Sends the signal to every process of the dyno, those in their own session too. */
  signalDyno(engineId: string, signal: DynoSignal): Promise<void>;
  /** Ends whatever is left by SIGKILL and removes all the dyno had on disk. */
  removeDyno(engineId: string): Promise<void>;
  /** Whether `port` is bound on the dyno's own address; one bound to 127.0.0.1 only is not (2.6). */
  isBound(engineId: string): Promise<boolean>;
  /** Null once the dyno has ended. */
  usageOf(engineId: string): Promise<DynoUsage | null>;
  /** Terminal of a dyno started with `attach`: its standard input and output. Once per dyno. */
  attachDyno(engineId: string): Promise<Session>;
  /** A further command inside a running dyno (`ps:exec`, `run:inside`). */
  execDyno(engineId: string, exec: ExecSpec): Promise<Session>;
  /** Hints that something changed; always followed by a look at listDynos(). Ends with the signal. */
  watch(onEvent: (event: EngineEvent) => void, signal: AbortSignal): Promise<void>;

  /** Runs a build to its end. A failed build rejects with `build_failed` and leaves nothing but its cache. */
  build(spec: BuildSpec, onOutput: (text: string) => void, signal?: AbortSignal): Promise<BuildResult>;
  /** Makes a release image of a slug: a gzipped tar whose entries start with `./app/`. */
  importSlug(slug: SlugSpec, tgz: Readable): Promise<BuildResult>;
  /** Reads the slug of a release image back, in the same form. */
  exportSlug(image: string): Promise<Readable>;
  listImages(): Promise<EngineImage[]>;
  removeImage(image: string): Promise<void>;
  /** Forgets the build cache of an app. */
  removeBuildCache(appId: string): Promise<void>;
}

export type EngineName = 'docker' | 'process' | 'swarm';

export type DynoSignal = 'SIGTERM' | 'SIGKILL' | 'SIGHUP' | 'SIGSTOP' | 'SIGCONT';

/** What `dyno doctor` shows: each ability probed here, with a sentence when it is missing. */
export interface EngineFacts {
  engine: EngineName;
  version: string;
  abilities: Record<Ability, AbilityFact>;
}

export type Ability =
  /** the router can reach a dyno's own address */
  | 'direct-address'
  /** dynos of the Common Runtime cannot reach each other, IPv4 and IPv6 */
  | 'dyno-isolation'
  /** machines beside this one cannot open connections to dynos of the Common Runtime */
  | 'neighbour-isolation'
  | 'memory-limit'
  | 'process-limit'
  | 'cpu-share'
  /** a filesystem of its own, thrown away at the end */
  | 'private-filesystem'
  | 'unprivileged-user'
  /** networks of their own for private spaces */
  | 'spaces'
  | 'dockerfile';

export type AbilityFact = {holds: true; note?: string} | {holds: false; why: string};

export interface NetworkSpec {
  name: string;
  kind: 'common' | 'space';
  /** CIDR; the engine picks one for `common` when absent */
  subnet?: string;
  /**
   * Spaces: all that dynos send beyond the network leaves from these addresses, or not at all (heroku-behaviour.md 1.4).
   * They are of one edge network (src/model/subnets.ts).
   */
  egress?: {addresses: string[]};
  /** Spaces with `egress`: ports of the machine that dynos may reach at the network's first address: the router's */
  hostPorts?: number[];
  /** Spaces with `egress`: names that resolve to the router on the network, where it is on ports 80 and 443 as well */
  routerNames?: string[];
}

export interface DynoSpec {
  /** UUID of this start of the dyno (HEROKU_DYNO_ID, id in the API) */
  id: string;
  appId: string;
  app: string;
  /** `web.1` */
  name: string;
  kind: DynoKind;
  /** release version */
  release: number;
  image: string;
  /** `SHA256:<hex>` of the slug, where known; an engine that can verifies it, and rejects with `checksum_mismatch` (R17) */
  checksum?: string;
  /** shell command, run by bash after .profile.d and .profile */
  command: string;
  /** complete environment but for PATH; the engine adds nothing that Heroku would not */
  env: Record<string, string>;
  /** display form: `Standard-1X` */
  size: string;
  /** MB; R14 above it */
  memoryMb: number;
  /** MB; the engine kills above it (R15) */
  memoryKillMb: number;
  cpuShare: number;
  processes: number;
  /** web dynos: the value of $PORT */
  port: number | null;
  network: string;
  /** DNS names inside a space's network */
  aliases?: string[];
  /** one-offs that a client attaches to; `tty` gives them a pseudo terminal of that size */
  attach?: {tty: {columns: number; rows: number; term: string} | null};
  /** ms after its start at which a one-off has to go; engines only keep it for whoever adopts the dyno */
  timeToLiveMs?: number;
}

/** A dyno as the engine has it; labels carry all of it, so that a new runtime process can adopt it. */
export interface EngineDyno {
  engineId: string;
  id: string;
  appId: string;
  app: string;
  name: string;
  kind: DynoKind;
  release: number;
  size: string;
  command: string;
  port: number | null;
  /** started for a client, whose connection ends with the runtime process that has it */
  attached: boolean;
  /** of its DynoSpec */
  timeToLiveMs?: number;
  /** ms since the epoch */
  createdAt: number;
  running: boolean;
  /** null while it runs */
  exit: DynoExit | null;
  /** where the router reaches it; null for dynos without a port */
  endpoint: Endpoint | null;
  /** address of its own; null where the engine gives none */
  address: string | null;
}

export interface DynoExit {
  /** exit status as a shell shows it: 128 + signal for a killed process */
  status: number;
  /** ms since the epoch */
  at: number;
  /** the kernel killed one of its processes for memory */
  outOfMemory: boolean;
}

/** Receives what a dyno writes. Must return at once: a slow consumer is the consumer's matter. */
export interface DynoOutput {
  /** Raw bytes as read, not lines. `cursor` resumes followDyno() after this chunk. */
  write(chunk: Buffer, stream: 'stdout' | 'stderr', time: number, cursor: string | null): void;
  /**
   * What the dyno wrote between `since` (ms) and the next chunk is gone, nobody knows how much of it: the engine keeps
   * only so much while no runtime reads.
   */
  lost?(since: number): void;
  /** No more output will come. */
  end(): void;
}

export interface DynoUsage {
  /** bytes */
  rss: number;
  cache: number;
  swap: number;
  /** pages since the start; 0 where unknown */
  pgpgin: number;
  pgpgout: number;
  /** tasks that are running or runnable at this moment */
  runnable: number;
}

export type EngineEvent =
  | {kind: 'started' | 'ended' | 'removed'; engineId: string}
  /** a process of the dyno was killed for memory; the dyno may live on (docker-facts.md 5) */
  | {kind: 'out-of-memory'; engineId: string}
  /** the stream broke and came back: anything may have happened */
  | {kind: 'resync'; awayMs: number};

export interface ExecSpec {
  command: string;
  env: Record<string, string>;
  tty: {columns: number; rows: number; term: string} | null;
}

/** Bytes to and from a process that a client talks to. Without a tty stderr is merged into output. */
export interface Session {
  input: Writable;
  output: Readable;
  resize(columns: number, rows: number): Promise<void>;
  /** exit status, once the process has ended and its output was read */
  exited: Promise<number>;
}

export interface BuildSpec {
  id: string;
  appId: string;
  app: string;
  /** path of a gzipped tar of the source tree on this machine */
  source: string;
  stack: string;
  /** in order; paths of unpacked buildpacks on this machine, or the name of a built-in one; empty: detect */
  buildpacks: ({directory: string; url: string} | {builtin: 'nodejs' | 'procfile'})[];
  /** config vars, given to buildpacks as ENV_DIR files and to a Dockerfile build as nothing */
  config: Record<string, string>;
  /** build with this Dockerfile of the source tree instead of buildpacks (docker engine) */
  dockerfile?: {path: string; target?: string; args: Record<string, string>};
  commit?: string;
  timeoutMs: number;
}

export interface SlugSpec {
  id: string;
  appId: string;
  app: string;
  stack: string;
}

export interface BuildResult {
  /** reference for DynoSpec.image */
  image: string;
  /** bytes of the slug, compressed */
  size: number;
  /** `SHA256:<hex>`; absent where the engine has no slug archive */
  checksum?: string;
  /** text of the Procfile after the build, null when there is none */
  procfile: string | null;
  /** process types that the last buildpack's bin/release declares, or that the image's CMD implies for `web` */
  defaultTypes: Record<string, string>;
  /** what bin/detect printed: `Node.js` */
  detected: string | null;
}

export interface EngineImage {
  image: string;
  appId: string;
  /** bytes */
  size: number;
  createdAt: number;
}
