/** What the router does with a header; `other` passes untouched. */
export type HeaderKind =
  | 'host'
  | 'connection'
  | 'content-length'
  | 'transfer-encoding'
  | 'expect'
  | 'upgrade'
  /** removed in both directions: TE, Keep-Alive, Proxy-Authorization, Proxy-Connection */
  | 'hop-by-hop'
  /** replaced on the way to the dyno: X-Forwarded-Port, Connect-Time, X-Request-Start, Total-Route-Time */
  | 'replaced'
  | 'x-request-id'
  | 'x-forwarded-for'
  | 'x-forwarded-proto'
  | 'via'
  | 'cookie'
  | 'set-cookie'
  | 'server'
  | 'other';

export interface HeaderName {
  /** `Content-Length`, whatever the sender wrote (heroku-behaviour.md 3.3) */
  trainCase: string;
  kind: HeaderKind;
  /** written like this by the sender, and nothing to be done: its line can be passed as it is */
  asSent: boolean;
}

const kinds: Record<string, HeaderKind> = {
  host: 'host',
  connection: 'connection',
  'content-length': 'content-length',
  'transfer-encoding': 'transfer-encoding',
  expect: 'expect',
  upgrade: 'upgrade',
  te: 'hop-by-hop',
  'keep-alive': 'hop-by-hop',
  'proxy-authorization': 'hop-by-hop',
  'x-forwarded-port': 'replaced',
  'connect-time': 'replaced',
  'x-request-start': 'replaced',
  'total-route-time': 'replaced',
  'x-request-id': 'x-request-id',
  'x-forwarded-for': 'x-forwarded-for',
  'x-forwarded-proto': 'x-forwarded-proto',
  via: 'via',
  cookie: 'cookie',
  'set-cookie': 'set-cookie',
  server: 'server',
};

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const KEPT = 4096;
const KEPT_LENGTH = 64;

/** Knows header names it has seen, so that a usual one costs one look-up. */
export class HeaderNames {
  readonly #seen = new Map<string, HeaderName>();

  /** Null for what is not a token: blanks before the colon, control characters, nothing. */
  of(name: string): HeaderName | null {
    return this.#seen.get(name) ?? this.#learn(name);
  }

  #learn(name: string): HeaderName | null {
    if (!TOKEN.test(name)) return null;
    const lower = name.toLowerCase();
    const kind = Object.hasOwn(kinds, lower) ? kinds[lower]! : 'other';
    const wire = trainCase(name);
    const known = {trainCase: wire, kind, asSent: kind === 'other' && wire === name};
    if (name.length <= KEPT_LENGTH && this.#seen.size < KEPT) this.#seen.set(unsliced(name), known);
    return known;
  }
}

function trainCase(name: string): string {
  return unsliced(name)
    .toLowerCase()
    .replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}

/** A copy that does not keep the whole head alive, of which `text` is a slice. */
function unsliced(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
