import type {DynoSize} from '../model/dyno-size.js';
import type {AppSpec, ReleaseSpec} from '../model/spec.js';

export interface EnvironmentOf {
  app: Pick<AppSpec, 'id' | 'name' | 'hosts'>;
  release: ReleaseSpec;
  runtime: 'common' | 'space';
  dyno: {id: string; name: string; type: string; size: DynoSize; port: number | null};
  /** of `dyno run --env`, overrides config vars */
  env?: Record<string, string>;
}

/**
 * Environment of a dyno (heroku-behaviour.md 2.13): config vars first, then what the platform says, which wins.
 * Dyno metadata is always given; Heroku gives it on the feature flag `runtime-dyno-metadata` (docs/decisions).
 * HEROKU_PRIVATE_IP is the engine's to fill in: nobody knows the address before the start.
 */
export function environmentOf({app, release, runtime, dyno, env}: EnvironmentOf): Record<string, string> {
  return {
    // Buildpack helpers read the quota from cgroup v1 files, which a v2 host does not have (2.16).
    MEMORY_AVAILABLE: String(dyno.size.memoryMb),
    ...release.config,
    ...env,
    ...(dyno.port === null ? {} : {PORT: String(dyno.port)}),
    DYNO: dyno.name,
    HOME: '/app',
    ...metadataOf(app, release),
    ...(runtime === 'space' ? dnsVariables(app.name, dyno.name) : {HEROKU_DYNO_ID: dyno.id}),
  };
}

function metadataOf(app: EnvironmentOf['app'], release: ReleaseSpec): Record<string, string> {
  return {
    HEROKU_APP_ID: app.id,
    HEROKU_APP_NAME: app.name,
    HEROKU_APP_DEFAULT_DOMAIN_NAME: app.hosts[0] ?? '',
    HEROKU_RELEASE_CREATED_AT: `${release.createdAt.slice(0, 19)}Z`,
    HEROKU_RELEASE_VERSION: `v${release.version}`,
    HEROKU_SLUG_COMMIT: release.commit ?? '',
    HEROKU_BUILD_COMMIT: release.commit ?? '',
    HEROKU_SLUG_DESCRIPTION: release.description,
    HEROKU_BUILD_DESCRIPTION: release.description,
  };
}

function dnsVariables(app: string, dyno: string): Record<string, string> {
  const [own, type] = dnsNamesOf(app, dyno);
  return {
    HEROKU_DNS_APP_NAME: `${app}.app.localspace`,
    HEROKU_DNS_FORMATION_NAME: type!,
    HEROKU_DNS_DYNO_NAME: own!,
  };
}

/** Names of a dyno inside its space: its own, and that of its process type (1.5). */
export function dnsNamesOf(app: string, dyno: string): string[] {
  const dot = dyno.lastIndexOf('.');
  const type = `${dyno.slice(0, dot)}.${app}.app.localspace`;
  return [`${dyno.slice(dot + 1)}.${type}`, type];
}
