import type {Authority} from '../../certificates/authority.js';
import type {Clock} from '../../model/clock.js';
import {defaultHostOf} from '../../model/app-hosts.js';
import {DynoError} from '../../model/error.js';
import type {Runtimes} from '../runtimes/runtimes.js';
import type {App} from '../store/apps.js';
import type {Domain} from '../store/domains.js';
import {newId, timestamp} from '../store/identity.js';
import type {SniEndpoint} from '../store/sni-endpoints.js';
import type {Store} from '../store/store.js';
import {requireHostname} from './hostname.js';
import {checkChain} from './pem.js';

/** per app (heroku-behaviour.md 1.1) */
const DOMAINS_PER_APP = 1000;

export interface DomainsOptions {
  store: Store;
  runtimes: Runtimes;
  authority: Authority;
  clock: Clock;
}

/** Custom domains of apps and their certificates: the user's own, or the local authority's while ACM is on. */
export class Domains {
  readonly #options: DomainsOptions;

  constructor(options: DomainsOptions) {
    this.#options = options;
  }

  /** `endpoint`: id or name of the SNI endpoint that serves it. @throws DynoError invalid_params, not_found */
  async add(app: App, given: string, endpoint: string | null): Promise<Domain> {
    const {store} = this.#options;
    const hostname = requireHostname(given);
    if (store.domains.listOf(app.id).length >= DOMAINS_PER_APP) {
      throw new DynoError('invalid_params', {message: `An app has at most ${DOMAINS_PER_APP} custom domains.`});
    }
    const sniEndpointId = endpoint === null ? null : store.sniEndpoints.get(app.id, endpoint).id;
    const now = this.#now();
    const times = {createdAt: now, updatedAt: now};
    const domain = {
      id: newId(),
      appId: app.id,
      hostname,
      cname: defaultHostOf(app),
      sniEndpointId,
      acmStatus: null,
      ...times,
    };
    this.#change(app, () => store.domains.insert(domain));
    if (app.acm) await this.#certify(app, domain);
    await this.#options.runtimes.push(app.id);
    return store.domains.find(app.id, domain.id)!;
  }

  async serveWith(app: App, domain: Domain, endpoint: string | null): Promise<Domain> {
    const {store, runtimes} = this.#options;
    const sniEndpointId = endpoint === null ? null : store.sniEndpoints.get(app.id, endpoint).id;
    this.#change(app, () => store.domains.update(domain.id, {sniEndpointId, updatedAt: this.#now()}));
    await runtimes.push(app.id);
    return store.domains.find(app.id, domain.id)!;
  }

  async remove(app: App, domain: Domain): Promise<void> {
    const {store, runtimes} = this.#options;
    this.#change(app, () => {
      store.domains.delete(domain.id);
      const endpoint = store.sniEndpoints.listOf(app.id).find(({id}) => id === domain.sniEndpointId);
      if (endpoint?.acm) store.sniEndpoints.delete(endpoint.id);
    });
    await runtimes.push(app.id);
  }

  /** @throws DynoError invalid_params when chain and key do not belong together */
  async addEndpoint(app: App, chain: string, key: string): Promise<SniEndpoint> {
    const {store, runtimes} = this.#options;
    const checked = checkChain(chain, key);
    const endpoint = this.#change(app, () => this.#insertEndpoint(app, checked, false));
    await runtimes.push(app.id);
    return store.sniEndpoints.get(app.id, endpoint.id);
  }

  /** @throws DynoError invalid_params when chain and key do not belong together */
  async updateEndpoint(app: App, endpoint: SniEndpoint, chain: string, key: string): Promise<SniEndpoint> {
    const {store, runtimes} = this.#options;
    const checked = checkChain(chain, key);
    this.#change(app, () => store.sniEndpoints.update(endpoint.id, {...checked, updatedAt: this.#now()}));
    await runtimes.push(app.id);
    return store.sniEndpoints.get(app.id, endpoint.id);
  }

  async removeEndpoint(app: App, endpoint: SniEndpoint): Promise<void> {
    const {store, runtimes} = this.#options;
    this.#change(app, () => store.sniEndpoints.delete(endpoint.id));
    await runtimes.push(app.id);
  }

  /** A certificate of the local authority for every domain, and for those to come. */
  async enableAcm(app: App): Promise<void> {
    const {store, runtimes} = this.#options;
    this.#change(app, () => store.apps.update(app.id, {acm: true, updatedAt: this.#now()}));
    for (const domain of store.domains.listOf(app.id)) await this.#certify(app, domain);
    await runtimes.push(app.id);
  }

  async disableAcm(app: App): Promise<void> {
    const {store, runtimes} = this.#options;
    this.#change(app, () => {
      store.apps.update(app.id, {acm: false, updatedAt: this.#now()});
      for (const endpoint of store.sniEndpoints.listOf(app.id))
        if (endpoint.acm) store.sniEndpoints.delete(endpoint.id);
      for (const domain of store.domains.listOf(app.id)) store.domains.update(domain.id, {acmStatus: null});
    });
    await runtimes.push(app.id);
  }

  /** Domains that have a certificate of their own keep it. Wildcards get none, as on Heroku. */
  async #certify(app: App, domain: Domain): Promise<void> {
    const {store, authority} = this.#options;
    const updatedAt = this.#now();
    if (domain.hostname.startsWith('*.')) return store.domains.update(domain.id, {acmStatus: 'failed', updatedAt});
    if (domain.sniEndpointId !== null) return;
    const {chain, privateKey} = await authority.certificateFor([domain.hostname]);
    // It may have been removed while its certificate was made.
    if (!store.domains.find(app.id, domain.id)) return;
    this.#change(app, () => {
      const endpoint = this.#insertEndpoint(app, {certificateChain: chain, privateKey}, true);
      store.domains.update(domain.id, {sniEndpointId: endpoint.id, acmStatus: 'cert issued', updatedAt});
    });
  }

  #insertEndpoint(app: App, pem: {certificateChain: string; privateKey: string}, acm: boolean): SniEndpoint {
    const id = newId();
    const times = {createdAt: this.#now(), updatedAt: this.#now()};
    const name = `${acm ? 'acm' : 'cert'}-${id.slice(0, 8)}-${id.slice(9, 13)}`;
    return this.#options.store.sniEndpoints.insert({id, appId: app.id, name, ...pem, acm, ...times});
  }

  #change<T>(app: App, work: () => T): T {
    const {store} = this.#options;
    return store.transaction(() => {
      store.apps.touch(app.id);
      return work();
    });
  }

  #now(): string {
    return timestamp(this.#options.clock.now());
  }
}
