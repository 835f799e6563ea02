import {ownHostsOf} from '../../model/app-hosts.js';
import type {AppSpec, CertificateSpec, DrainSpec, FormationSpec, ReleaseSpec} from '../../model/spec.js';
import type {App} from '../store/apps.js';
import type {Release} from '../store/releases.js';
import type {Slug} from '../store/slugs.js';
import type {Store} from '../store/store.js';

/** What an app's runtime has to know of it, read from the store. */
export function appSpecOf(store: Store, app: App): AppSpec {
  const release = store.releases.current(app.id);
  const slug = release?.slugId ? store.slugs.find(release.slugId) : undefined;
  const certificates = certificatesOf(store, app);
  return {
    id: app.id,
    name: app.name,
    revision: app.revision,
    hosts: [...ownHostsOf(app), ...store.domains.listOf(app.id).map((domain) => domain.hostname)],
    release: release && slug?.image ? releaseSpecOf(release, slug, slug.image) : null,
    formation: slug ? formationOf(store, app.id, slug) : {},
    maintenance: app.maintenance,
    features: [...store.features.ofApp(app.id).keys()],
    drains: drainsOf(store, app),
    internalRouting: app.internalRouting,
    ...(certificates.length > 0 ? {certificates} : {}),
    ...(Object.keys(app.limits).length > 0 ? {limits: app.limits} : {}),
  };
}

/** A release as a runtime runs it. `image` is the slug's. */
export function releaseSpecOf(release: Release, slug: Slug, image: string): ReleaseSpec {
  return {
    id: release.id,
    version: release.version,
    image,
    config: release.config,
    processTypes: slug.processTypes,
    createdAt: release.createdAt,
    description: release.description,
    ...(slug.commit ? {commit: slug.commit} : {}),
    ...(slug.checksum ? {checksum: slug.checksum} : {}),
  };
}

/** Only types of this slug; the release phase's is no dyno of the formation. */
function formationOf(store: Store, appId: string, slug: Slug): Record<string, FormationSpec> {
  const formation: Record<string, FormationSpec> = {};
  for (const {type, quantity, size} of store.formation.listOf(appId)) {
    const command = slug.processTypes[type];
    if (command !== undefined && type !== 'release') formation[type] = {quantity, size, command};
  }
  return formation;
}

function drainsOf(store: Store, app: App): DrainSpec[] {
  const drains = store.logDrains.listOf(app.id).map(({id, url, token}) => ({id, url, token}));
  const space = app.spaceId ? store.spaces.find(app.spaceId) : undefined;
  if (space?.logDrainUrl) drains.push({id: space.logDrainId!, url: space.logDrainUrl, token: `d.${space.logDrainId}`});
  return drains;
}

function certificatesOf(store: Store, app: App): CertificateSpec[] {
  const domains = store.domains.listOf(app.id);
  return store.sniEndpoints.listOf(app.id).map((endpoint) => ({
    hosts: domains.filter((domain) => domain.sniEndpointId === endpoint.id).map((domain) => domain.hostname),
    certificateChain: endpoint.certificateChain,
    privateKey: endpoint.privateKey,
  }));
}
