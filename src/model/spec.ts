/**
 * Desired state as the platform hands it to a runtime. The platform is the only writer; a runtime keeps a copy
 * on disk so that it goes on without the platform. Plain JSON, whole apps at a time, idempotent.
 */
export interface RuntimeSpec {
  /** `us`, `eu`, or the name of the space */
  name: string;
  kind: 'common' | 'space';
  /** listeners of the router, on loopback unless the user asked for more */
  router: {host: string; httpPort: number; httpsPort?: number};
  /** spaces only */
  space?: SpaceSpec;
  apps: AppSpec[];
}

export interface SpaceSpec {
  id: string;
  cidr: string;
  /** subnet our allocator gave to the space's bridge */
  subnet: string;
  trustedRanges: string[];
  /** not trusted, although a trusted range has them */
  deniedRanges?: string[];
  /** addresses of peers that may send PROXY protocol */
  proxyPeers?: string[];
  /** stable outbound addresses */
  natAddresses: string[];
}

export interface AppSpec {
  id: string;
  name: string;
  /** grows with every change; a runtime refuses an older one */
  revision: number;
  /** host names that the router serves for this app: default host first, then custom domains; `*.` wildcards allowed */
  hosts: string[];
  /** what runs now: the newest release that succeeded and has code; null is a blank app (H81) */
  release: ReleaseSpec | null;
  /** by process type; types without an entry have quantity 0 */
  formation: Record<string, FormationSpec>;
  maintenance: boolean;
  /** names of enabled features: `preboot`, `http-session-affinity`, `log-runtime-metrics`, `runtime-dyno-metadata`, … */
  features: string[];
  drains: DrainSpec[];
  /** private spaces: reachable from inside the space only */
  internalRouting?: boolean;
  /** certificates for this app's custom domains, PEM */
  certificates?: CertificateSpec[];
  /** `dyno clock`, tests: overrides of limits by name, in the unit of the limits table */
  limits?: Record<string, number>;
}

export interface FormationSpec {
  quantity: number;
  /** display form: `Standard-2X` */
  size: string;
  /** shell command of the type in the current release */
  command: string;
}

export interface ReleaseSpec {
  id: string;
  version: number;
  /** engine's reference of the release image or slug directory */
  image: string;
  config: Record<string, string>;
  /** process type → command */
  processTypes: Record<string, string>;
  /** ISO 8601 */
  createdAt: string;
  commit?: string;
  description: string;
  /** `SHA256:<hex>` of the slug, verified at boot (R17), where the engine can */
  checksum?: string;
}

export interface DrainSpec {
  id: string;
  url: string;
  /** `d.<uuid>` */
  token: string;
}

export interface CertificateSpec {
  /** names it serves, `*.` allowed */
  hosts: string[];
  certificateChain: string;
  privateKey: string;
}
