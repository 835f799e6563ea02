import {accountKeys, oauthAuthorizations, oauthClients, telemetryDrains} from './account-records.js';
import {AppRows} from './apps.js';
import {BuildpackRows} from './buildpacks.js';
import {CollaboratorRows} from './collaborators.js';
import {Database} from './database.js';
import {DomainRows} from './domains.js';
import {FeatureRows} from './features.js';
import {FormationRows} from './formation.js';
import {LogDrainRows} from './log-drains.js';
import {LogSessionRows} from './log-sessions.js';
import {PipelineRows} from './pipelines.js';
import {ReleaseRows} from './releases.js';
import {SettingRows} from './settings.js';
import {SlugRows} from './slugs.js';
import {SniEndpointRows} from './sni-endpoints.js';
import {SpaceRows} from './spaces.js';
import {TeamRows} from './teams.js';
import {WebhookRows} from './webhooks.js';

/** Desired state, by resource. The only home of it; the platform is its only writer. */
export class Store {
  readonly db: Database;
  readonly settings: SettingRows;
  readonly apps: AppRows;
  readonly releases: ReleaseRows;
  readonly slugs: SlugRows;
  readonly formation: FormationRows;
  readonly features: FeatureRows;
  readonly logDrains: LogDrainRows;
  readonly logSessions: LogSessionRows;
  readonly buildpacks: BuildpackRows;
  readonly domains: DomainRows;
  readonly sniEndpoints: SniEndpointRows;
  readonly spaces: SpaceRows;
  readonly teams: TeamRows;
  readonly collaborators: CollaboratorRows;
  readonly pipelines: PipelineRows;
  readonly webhooks: WebhookRows;
  readonly keys: ReturnType<typeof accountKeys>;
  readonly authorizations: ReturnType<typeof oauthAuthorizations>;
  readonly oauthClients: ReturnType<typeof oauthClients>;
  readonly telemetryDrains: ReturnType<typeof telemetryDrains>;

  constructor(path: string) {
    this.db = new Database(path);
    this.settings = new SettingRows(this.db);
    this.apps = new AppRows(this.db);
    this.releases = new ReleaseRows(this.db);
    this.slugs = new SlugRows(this.db);
    this.formation = new FormationRows(this.db);
    this.features = new FeatureRows(this.db);
    this.logDrains = new LogDrainRows(this.db);
    this.logSessions = new LogSessionRows(this.db);
    this.buildpacks = new BuildpackRows(this.db);
    this.domains = new DomainRows(this.db);
    this.sniEndpoints = new SniEndpointRows(this.db);
    this.spaces = new SpaceRows(this.db);
    this.teams = new TeamRows(this.db);
    this.collaborators = new CollaboratorRows(this.db);
    this.pipelines = new PipelineRows(this.db);
    this.webhooks = new WebhookRows(this.db);
    this.keys = accountKeys(this.db);
    this.authorizations = oauthAuthorizations(this.db);
    this.oauthClients = oauthClients(this.db);
    this.telemetryDrains = telemetryDrains(this.db);
  }

  /** All of `work` or nothing. `work` must not await. */
  transaction<T>(work: () => T): T {
    return this.db.transaction(work);
  }

  close(): void {
    this.db.close();
  }
}
