/**
 * Variables that others than we use too. What stood in them is extended, not replaced, and `--unset` brings it back:
 * `DYNO_ENV_BEFORE` holds it meanwhile, as JSON, so that `dyno env` twice in one shell is like once.
 */
const SHARED = ['GIT_CONFIG_COUNT', 'GIT_SSL_CAINFO', 'NODE_EXTRA_CA_CERTS', 'NO_PROXY', 'no_proxy'] as const;
const BEFORE = 'DYNO_ENV_BEFORE';
const PROXIES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];
const OWN_HOSTS = ['localhost', '127.0.0.1'];

export type SharedVariables = Partial<Record<(typeof SHARED)[number], string>>;

export interface LocalTrust {
  port: number;
  /** PEM of the local certificate authority */
  caFile: string;
  /** PEM of that authority and of those in another file */
  bundleWith: (otherCaFile: string) => string;
}

/** What stood in them before the first `dyno env` of this shell; undefined where there was none. */
export function variablesBefore(env: NodeJS.ProcessEnv): SharedVariables | undefined {
  try {
    const before: unknown = JSON.parse(env[BEFORE] ?? '');
    return typeof before === 'object' && before !== null ? (before as SharedVariables) : undefined;
  } catch {
    return undefined;
  }
}

/** The shared ones for this installation, and what remembers those before. `trust` is null without an authority. */
export function sharedVariables(env: NodeJS.ProcessEnv, trust: LocalTrust | null): Record<string, string> {
  const before = variablesBefore(env) ?? Object.fromEntries(SHARED.flatMap((name) => pair(name, env[name])));
  return {
    ...(trust
      ? {NODE_EXTRA_CA_CERTS: withAuthority(trust, before.NODE_EXTRA_CA_CERTS), ...gitTrust(trust, before)}
      : {}),
    ...(PROXIES.some((name) => env[name]) ? withoutProxy(before) : {}),
    [BEFORE]: JSON.stringify(before),
  };
}

/** How to undo `sharedVariables`: nothing where it was not done. */
export function sharedUndo(env: NodeJS.ProcessEnv): {restore: Record<string, string>; unset: string[]} {
  const before = variablesBefore(env);
  if (!before) return {restore: {}, unset: []};
  const set = Object.keys(sharedVariables(env, {port: 1, caFile: '-', bundleWith: () => '-'}));
  const restore = Object.fromEntries(SHARED.flatMap((name) => pair(name, before[name])));
  return {restore, unset: [...new Set([...set, 'NO_PROXY', 'no_proxy'])].filter((name) => !(name in restore))};
}

/**
 * git trusts the authority for this origin alone (its settings by environment, git 2.31 and newer): GIT_SSL_CAINFO
 * would be all that git trusts, for every server. One that the user has set beats the setting, so it is extended.
 */
function gitTrust(trust: LocalTrust, before: SharedVariables): Record<string, string> {
  if (before.GIT_SSL_CAINFO) return {GIT_SSL_CAINFO: withAuthority(trust, before.GIT_SSL_CAINFO)};
  const index = Number(before.GIT_CONFIG_COUNT) || 0;
  return {
    GIT_CONFIG_COUNT: String(index + 1),
    [`GIT_CONFIG_KEY_${index}`]: `http.https://localhost:${trust.port}/.sslCAInfo`,
    [`GIT_CONFIG_VALUE_${index}`]: trust.caFile,
  };
}

const withAuthority = (trust: LocalTrust, other: string | undefined): string =>
  other ? trust.bundleWith(other) : trust.caFile;

/** Programs read the one or the other name. */
function withoutProxy({NO_PROXY, no_proxy}: SharedVariables): Record<string, string> {
  const extended = (text = '') => {
    const hosts = text.split(',').map((host) => host.trim());
    const missing = hosts.includes('*') ? [] : OWN_HOSTS.filter((host) => !hosts.includes(host));
    return [text, ...missing].filter(Boolean).join(',');
  };
  return {NO_PROXY: extended(NO_PROXY ?? no_proxy), no_proxy: extended(no_proxy ?? NO_PROXY)};
}

const pair = (name: string, value: string | undefined): [string, string][] => (value ? [[name, value]] : []);
