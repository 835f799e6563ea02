import {createSecureContext} from 'node:tls';
import type {SecureContext} from 'node:tls';
import type {CertificateSpec} from '../model/spec.js';
import type {AppTable} from './app-table.js';

type Issue = (host: string) => Promise<{cert: string; key: string}>;

const REMEMBERED = 1000;
/** what a client without a server name, or with one that nobody has, is shown */
export const DEFAULT_NAME = 'localhost';

/** The certificate for a TLS server name: the app's own, else one that the local authority issues. */
export class CertificateStore {
  readonly #apps: AppTable;
  readonly #issue: Issue;
  readonly #own = new WeakMap<CertificateSpec, SecureContext>();
  readonly #issued = new Map<string, Promise<SecureContext>>();

  constructor(apps: AppTable, issue: Issue) {
    this.#apps = apps;
    this.#issue = issue;
  }

  /** Rejects where there is none: no authority, or a certificate that OpenSSL does not take. */
  async contextFor(serverName: string): Promise<SecureContext> {
    const name = serverName.toLowerCase();
    const app = this.#apps.find(name)?.app;
    const own = app?.certificates?.find(({hosts}) => hosts.some((host) => covers(host.toLowerCase(), name)));
    if (own) return this.#contextOf(own);
    // Issued are the names that apps were given, never what a client asks for: nobody can make us issue any number of
    // them. A wildcard's certificate does not fit names more than one label below it, as everywhere.
    return this.#issuedFor(this.#apps.patternOf(name) ?? DEFAULT_NAME);
  }

  #contextOf(spec: CertificateSpec): SecureContext {
    const known = this.#own.get(spec);
    if (known) return known;
    const context = createSecureContext({cert: spec.certificateChain, key: spec.privateKey});
    this.#own.set(spec, context);
    return context;
  }

  #issuedFor(name: string): Promise<SecureContext> {
    const known = this.#issued.get(name);
    if (known) return known;
    const context = this.#issue(name).then((issued) => createSecureContext(issued));
    context.catch(() => this.#issued.delete(name));
    if (this.#issued.size >= REMEMBERED) this.#issued.delete(this.#issued.keys().next().value!);
    this.#issued.set(name, context);
    return context;
  }
}

/** `*.example.com` covers one label more, as in a certificate. */
function covers(pattern: string, name: string): boolean {
  if (pattern === name) return true;
  return pattern.startsWith('*.') && name.slice(name.indexOf('.')) === pattern.slice(1);
}
