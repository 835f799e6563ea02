import type {Endpoint} from '../model/dyno.js';
import type {CertificateSpec} from '../model/spec.js';

/** What the router needs to know of an app. */
export interface RoutedApp {
  id: string;
  name: string;
  /** host names, `*.` wildcards allowed; compared without regard to case, the longest match wins */
  hosts: string[];
  maintenance: boolean;
  /** names of enabled features: `http-session-affinity`, `http-end-to-end-continue` */
  features: string[];
  /** nothing is deployed yet: H81 */
  blank: boolean;
  /** its formation has web dynos: while none is known yet, requests wait for them instead of failing with H14 */
  wantsWeb?: boolean;
  errorPageUrl?: string;
  maintenancePageUrl?: string;
  certificates?: CertificateSpec[];
  /** private spaces: served to the internal ranges only */
  internalRouting?: boolean;
  /** overrides of the limits table by name */
  limits?: Record<string, number>;
}

/** A web dyno as the router sees it. The dyno manager hands over all web dynos of an app at once. */
export interface RoutedDyno {
  id: string;
  /** `web.1` */
  name: string;
  state: RoutedDynoState;
  /** null until the dyno has an address */
  endpoint: Endpoint | null;
}

export type RoutedDynoState =
  /** booting: requests wait for it */
  | 'starting'
  /** takes requests */
  | 'up'
  /** finishes what it has, takes nothing new */
  | 'draining'
  | 'crashed'
  /** an eco dyno asleep: a request wakes it and waits */
  | 'idle';
