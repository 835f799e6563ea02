/**
 * Where everything of one installation lies. Only names: nothing here touches the disk.
 *
 *   <root>/token             bearer token of the API, 0600
 *   <root>/platform.json     {pid, version, port, startedAt} of the running platform, 0600
 *   <root>/platform.lock     pid of the one process that may be the platform
 *   <root>/platform.log      what the platform writes
 *   <root>/platform.db       desired state
 *   <root>/sources/          uploaded source archives
 *   <root>/slugs/            slugs uploaded through the API
 *   <root>/git/              bare repositories, <app id>.git
 *   <root>/ca/               the local certificate authority
 *   <root>/images/, cache/   the engines' own (stack images, build caches)
 *   <root>/runtimes/<name>/  one runtime each: socket, spec.json, log, pid, logs/
 */
export interface HomeLayout {
  root: string;
  token: string;
  platformFile: string;
  platformLock: string;
  platformLog: string;
  database: string;
  sources: string;
  slugs: string;
  git: string;
  ca: string;
  cache: string;
  images: string;
  runtimes: string;
  runtime(name: string): RuntimeLayout;
}

export interface RuntimeLayout {
  root: string;
  /** unix socket of its control server; in a folder of its own below /tmp when the path would be too long for the kernel */
  socket: string;
  spec: string;
  pid: string;
  log: string;
  /** the logplex's files */
  logs: string;
}

/** Bytes that fit into sun_path of the smallest system (macOS: 104 with its zero; Linux: 108). */
const SOCKET_PATH_BYTES = 103;

export interface HomeEnvironment {
  DYNO_HOME?: string | undefined;
  XDG_DATA_HOME?: string | undefined;
  HOME?: string | undefined;
}

/**
 * Layout of the installation that an environment means: DYNO_HOME, else XDG_DATA_HOME/dyno, else ~/.local/share/dyno.
 * `resolve` makes a path absolute: processes with other working directories share a home. A relative XDG_DATA_HOME is
 * ignored, as the XDG Base Directory Specification has it.
 */
export function homeLayoutOf(
  env: HomeEnvironment,
  homeDirectory: string,
  resolve: (path: string) => string,
): HomeLayout {
  const data = env.XDG_DATA_HOME?.startsWith('/') ? env.XDG_DATA_HOME : `${trimEnd(homeDirectory)}/.local/share`;
  const root = env.DYNO_HOME ? resolve(env.DYNO_HOME) : `${data}/dyno`;
  return homeLayout(root);
}

export function homeLayout(rootPath: string): HomeLayout {
  const root = trimEnd(rootPath);
  return {
    root,
    token: `${root}/token`,
    platformFile: `${root}/platform.json`,
    platformLock: `${root}/platform.lock`,
    platformLog: `${root}/platform.log`,
    database: `${root}/platform.db`,
    sources: `${root}/sources`,
    slugs: `${root}/slugs`,
    git: `${root}/git`,
    ca: `${root}/ca`,
    cache: `${root}/cache`,
    images: `${root}/images`,
    runtimes: `${root}/runtimes`,
    runtime: (name) => runtimeLayout(`${root}/runtimes/${name}`),
  };
}

/**
 * The place of the socket depends on the root alone: platform and runtimes find each other from whatever environment
 * they were started in (docs/decisions/2026-11-26-sockets-of-long-homes.md).
 */
function runtimeLayout(root: string): RuntimeLayout {
  const socket = `${root}/socket`;
  const fits = new TextEncoder().encode(socket).length <= SOCKET_PATH_BYTES;
  return {
    root,
    socket: fits ? socket : `/tmp/dyno-${pathDigest(root)}/socket`,
    spec: `${root}/spec.json`,
    pid: `${root}/pid`,
    log: `${root}/log`,
    logs: `${root}/logs`,
  };
}

/** FNV-1a over 2 × 32 bits, as 16 hex digits: tells paths apart, hides nothing. */
export function pathDigest(text: string): string {
  const digits = (seed: number) => {
    let value = seed;
    for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
    return value.toString(16).padStart(8, '0');
  };
  return digits(0x811c9dc5) + digits(0x9dc5811c);
}

const trimEnd = (path: string): string => (path.length > 1 ? path.replace(/\/+$/, '') : path);
