import type {IncomingMessage} from 'node:http';
import type {Readable} from 'node:stream';
import type {Connection} from './connection.js';
import {LocalApi} from './local-api.js';
import {SpaceApi} from './space-api.js';
import type {
  Account,
  App,
  Build,
  ConfigVars,
  Domain,
  Drain,
  Dyno,
  Feature,
  Formation,
  FormationUpdate,
  LogSession,
  Reference,
  Region,
  Release,
  Source,
} from './shapes.js';

export interface NewApp {
  name?: string;
  region?: string;
  space?: string;
  stack?: string;
  internal_routing?: boolean;
}

export interface NewDyno {
  attach: boolean;
  command: string;
  env?: Record<string, string>;
  force_no_tty?: boolean;
  size?: string;
  time_to_live?: number;
  type?: string;
}

export interface LogSessionRequest {
  lines?: number;
  tail?: boolean;
  source?: string;
  /** `web.1`, or a bare type */
  dyno?: string;
}

/** What to restart or stop; nothing named means every dyno of the formation. */
export interface DynoTarget {
  dyno?: string;
  type?: string;
}

/** One method per call of the Platform API. Names and numbers of the user go into paths encoded. */
export class Api {
  /** what Heroku's API has no word for */
  readonly local: LocalApi;
  readonly spaces: SpaceApi;

  constructor(private readonly http: Connection) {
    this.local = new LocalApi(http);
    this.spaces = new SpaceApi(http);
  }

  account(): Promise<Account> {
    return this.http.call('GET', '/account');
  }

  teams(): Promise<Reference[]> {
    return this.http.call('GET', '/teams');
  }

  apps(): Promise<App[]> {
    return this.http.list('/apps');
  }

  app(app: string): Promise<App> {
    return this.http.call('GET', appPath(app));
  }

  createApp(app: NewApp): Promise<App> {
    return this.http.call('POST', app.space ? '/teams/apps' : '/apps', {body: app});
  }

  updateApp(app: string, changes: {name?: string; maintenance?: boolean; build_stack?: string}): Promise<App> {
    return this.http.call('PATCH', appPath(app), {body: changes});
  }

  destroyApp(app: string): Promise<App> {
    return this.http.call('DELETE', appPath(app));
  }

  configVars(app: string): Promise<ConfigVars> {
    return this.http.call('GET', `${appPath(app)}/config-vars`);
  }

  /** null removes; answers the whole map */
  updateConfigVars(app: string, changes: Record<string, string | null>): Promise<ConfigVars> {
    return this.http.call('PATCH', `${appPath(app)}/config-vars`, {body: changes});
  }

  formation(app: string): Promise<Formation[]> {
    return this.http.call('GET', `${appPath(app)}/formation`);
  }

  updateFormation(app: string, updates: FormationUpdate[]): Promise<Formation[]> {
    return this.http.call('PATCH', `${appPath(app)}/formation`, {body: {updates}});
  }

  dynos(app: string): Promise<Dyno[]> {
    return this.http.list(`${appPath(app)}/dynos`);
  }

  dyno(app: string, dyno: string): Promise<Dyno> {
    return this.http.call('GET', `${appPath(app)}/dynos/${encodeURIComponent(dyno)}`);
  }

  runDyno(app: string, dyno: NewDyno): Promise<Dyno> {
    return this.http.call('POST', `${appPath(app)}/dynos`, {body: dyno});
  }

  restartDynos(app: string, target: DynoTarget): Promise<object> {
    return this.http.call('DELETE', targetPath(app, target));
  }

  stopDynos(app: string, target: DynoTarget): Promise<object> {
    return this.http.call('POST', `${targetPath(app, target)}/actions/stop`);
  }

  /** newest first */
  releases(app: string, count = 15): Promise<Release[]> {
    return this.http.call('GET', `${appPath(app)}/releases`, {
      headers: {range: `version ..; max=${count}, order=desc`},
    });
  }

  /** by version number or id */
  release(app: string, release: number | string): Promise<Release> {
    return this.http.call('GET', `${appPath(app)}/releases/${encodeURIComponent(release)}`);
  }

  releaseConfigVars(app: string, version: number): Promise<ConfigVars> {
    return this.http.call('GET', `${appPath(app)}/releases/${version}/config-vars`);
  }

  rollback(app: string, releaseId: string): Promise<Release> {
    return this.http.call('POST', `${appPath(app)}/releases`, {body: {release: releaseId}});
  }

  regions(): Promise<Region[]> {
    return this.http.call('GET', '/regions');
  }

  createSource(): Promise<Source> {
    return this.http.call('POST', '/sources');
  }

  async uploadSource(source: Source, archive: Readable): Promise<void> {
    const answer = await this.http.openUrl('PUT', source.source_blob.put_url, {payload: archive});
    answer.resume();
  }

  createBuild(app: string, build: {url: string; version?: string; buildpacks?: string[]}): Promise<Build> {
    const {buildpacks, ...source_blob} = build;
    const body = {source_blob, ...(buildpacks ? {buildpacks: buildpacks.map((url) => ({url}))} : {})};
    return this.http.call('POST', `${appPath(app)}/builds`, {body});
  }

  build(app: string, id: string): Promise<Build> {
    return this.http.call('GET', `${appPath(app)}/builds/${id}`);
  }

  createLogSession(app: string, session: LogSessionRequest): Promise<LogSession> {
    return this.http.call('POST', `${appPath(app)}/log-sessions`, {body: session});
  }

  domains(app: string): Promise<Domain[]> {
    return this.http.call('GET', `${appPath(app)}/domains`, {headers: {range: 'id ..; max=1000;'}});
  }

  addDomain(app: string, hostname: string): Promise<Domain> {
    return this.http.call('POST', `${appPath(app)}/domains`, {body: {hostname, sni_endpoint: null}});
  }

  removeDomain(app: string, hostname: string): Promise<Domain> {
    return this.http.call('DELETE', `${appPath(app)}/domains/${encodeURIComponent(hostname)}`);
  }

  features(app: string): Promise<Feature[]> {
    return this.http.call('GET', `${appPath(app)}/features`);
  }

  setFeature(app: string, feature: string, enabled: boolean): Promise<Feature> {
    return this.http.call('PATCH', `${appPath(app)}/features/${encodeURIComponent(feature)}`, {body: {enabled}});
  }

  drains(app: string): Promise<Drain[]> {
    return this.http.call('GET', `${appPath(app)}/log-drains`);
  }

  addDrain(app: string, url: string): Promise<Drain> {
    return this.http.call('POST', `${appPath(app)}/log-drains`, {body: {url}});
  }

  /** by URL, token or id */
  removeDrain(app: string, drain: string): Promise<Drain> {
    return this.http.call('DELETE', `${appPath(app)}/log-drains/${encodeURIComponent(drain)}`);
  }

  setBuildpacks(app: string, buildpacks: readonly string[]): Promise<object> {
    const updates = buildpacks.map((buildpack) => ({buildpack}));
    return this.http.call('PUT', `${appPath(app)}/buildpack-installations`, {body: {updates}});
  }

  /** A stream that the API named: build output, release output, log session. */
  stream(url: string, options: {accept: string; lastEventId?: string; signal?: AbortSignal}): Promise<IncomingMessage> {
    const {accept, lastEventId, signal} = options;
    const headers = {accept, ...(lastEventId ? {'last-event-id': lastEventId} : {})};
    return this.http.openUrl('GET', url, {headers, signal});
  }

  /** From now on a platform that was stopped stays so: for what goes on in the background, such as a tail. */
  stopReviving(): void {
    this.http.stopReviving();
  }

  close(): void {
    this.http.close();
  }
}

export const appPath = (app: string): string => `/apps/${encodeURIComponent(app)}`;

function targetPath(app: string, {dyno, type}: DynoTarget): string {
  if (type !== undefined) return `${appPath(app)}/formations/${encodeURIComponent(type)}`;
  return dyno === undefined ? `${appPath(app)}/dynos` : `${appPath(app)}/dynos/${encodeURIComponent(dyno)}`;
}
