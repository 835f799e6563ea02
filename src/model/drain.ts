import {DynoError} from './error.js';
import {limits} from './limits.js';

/** How a drain talks (heroku-behaviour.md 5.2 to 5.4). */
export type DrainKind = 'https' | 'http' | 'syslog' | 'syslog+tls';

export interface DrainAddress {
  kind: DrainKind;
  host: string;
  port: number;
  /** the URL names a port: then a Host header does too */
  explicitPort: boolean;
  /** http and https: path and query of the request, `/` when empty */
  path: string;
  /** http and https: value of the Authorization header, from the URL's credentials */
  authorization: string | null;
  /** `#insecure`: a certificate that does not verify is taken (5.4) */
  insecure: boolean;
}

const defaultPorts: Record<DrainKind, number> = {http: 80, https: 443, syslog: 601, 'syslog+tls': 6514};

/** @throws DynoError drain_url_invalid, which says why */
export function parseDrainUrl(url: string): DrainAddress {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(url) ?? [];
  if (!scheme || rest === undefined) throw invalid(url, 'it is not a URL');
  const kind = scheme.toLowerCase();
  if (!isDrainKind(kind)) throw invalid(url, `a drain cannot speak ${scheme}`);
  const parsed = parseAfterScheme(url, rest);
  // URL drops a port that is the scheme's own, but the Host header shows what the user wrote.
  const [, portText] = /^(?:[^/?#]*@)?[^/?#]*?:(\d+)(?:[/?#]|$)/.exec(rest) ?? [];
  const port = portText === undefined ? defaultPorts[kind] : Number(portText);
  if (port === 0) throw invalid(url, 'its port is 0');
  const isHttp = kind === 'http' || kind === 'https';
  return {
    kind,
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    explicitPort: portText !== undefined,
    path: parsed.pathname + parsed.search,
    authorization: isHttp && (parsed.username || parsed.password) ? basic(parsed.username, parsed.password) : null,
    insecure: parsed.hash === '#insecure',
  };
}

/** `localhost` and every name below it: loopback, whatever a resolver says (RFC 6761). */
export function isLocalName(host: string): boolean {
  return /^(?:[^.]+\.)*localhost\.?$/i.test(host);
}

/** Needs no resolver: an IP address, or a local name. `host` is a DrainAddress's. */
export function needsNoResolver(host: string): boolean {
  return isLocalName(host) || host.includes(':') || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * idle       no connection, nothing to send
 * connected  the last send succeeded, or the connection stands
 * failing    the last connection or send failed; the next try is due
 * degraded   failing for so long that its buffer has shrunk (5.3, 5.4)
 */
export type DrainState = 'idle' | 'connected' | 'failing' | 'degraded';

export interface DrainStatus {
  id: string;
  token: string;
  /** its credentials are masked */
  url: string;
  state: DrainState;
  /** messages; `delivered` + `dropped` + those in the buffer and on their way are all that were written */
  delivered: number;
  dropped: number;
  buffered: number;
}

/**
 * The URL as it may be shown: its credentials replaced. What is no URL is hidden whole. Where a password may hold a `/`, `?`
 * or `#` that is not escaped, all up to the last `@` is hidden: rather too much than too little.
 */
export function maskDrainUrl(url: string): string {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*:\/\/)([^]*)$/i.exec(url) ?? [];
  if (!scheme || rest === undefined) return '****';
  const end = mayHoldCredentials(rest) ? rest.lastIndexOf('@') + 1 : 0;
  return end === 0 ? url : `${scheme}****@${rest.slice(end)}`;
}

/**
 * Whether an app with drains to `existing` URLs may get one more (5.4).
 *
 * @throws DynoError drain_url_invalid, drain_taken, drain_limit
 */
export function checkNewDrain(existing: string[], url: string): DrainAddress {
  const address = parseDrainUrl(url);
  if (existing.includes(url)) throw new DynoError('drain_taken', {url: maskDrainUrl(url)});
  if (existing.length >= limits.drainsPerApp) throw new DynoError('drain_limit', {limit: limits.drainsPerApp});
  return address;
}

/** The rest of any drain's URL has the form of an http URL's. */
function parseAfterScheme(url: string, rest: string): URL {
  if (!/^[^/?#]/.test(rest)) throw invalid(url, 'it names no host');
  try {
    return new URL(`http://${rest}`);
  } catch {
    const reason =
      mayHoldCredentials(rest) && /[/?#].*@/s.test(rest)
        ? 'a /, ? or # in its user or password has to be written as %2F, %3F or %23'
        : 'its host or port is malformed';
    throw invalid(url, reason);
  }
}

/** What stands before the path begins with `name:`, or `…@`. A host's port looks like that too. */
function mayHoldCredentials(rest: string): boolean {
  return /^[^/?#]*[:@]/.test(rest);
}

function basic(username: string, password: string): string {
  const bytes = new TextEncoder().encode(`${decoded(username)}:${decoded(password)}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

/** Percent escapes resolved; a stray % stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isDrainKind(kind: string): kind is DrainKind {
  return Object.hasOwn(defaultPorts, kind);
}

function invalid(url: string, reason: string): DynoError {
  return new DynoError('drain_url_invalid', {url: maskDrainUrl(url), reason});
}
