import type {FastifyInstance} from 'fastify';
import type {Authority} from '../certificates/authority.js';
import type {Clock} from '../model/clock.js';
import type {HomeLayout} from '../model/home-layout.js';
import type {Account} from './account.js';
import type {AppLog} from './app-log.js';
import type {AttachTickets} from './attach/attach-tickets.js';
import type {Domains} from './domains/domains.js';
import type {ResolvesHost} from './host-names.js';
import type {Route} from './http/route.js';
import type {KeyedQueue} from './keyed-queue.js';
import type {Promotions} from './pipelines/promotions.js';
import type {PlatformLog} from './platform-log.js';
import type {Releases} from './releases/releases.js';
import type {Runtimes} from './runtimes/runtimes.js';
import type {Spaces} from './spaces/spaces.js';
import type {Store} from './store/store.js';
import type {App} from './store/apps.js';
import type {OutputStreams} from './streams/output-streams.js';
import type {WebhookEvents} from './webhooks/webhook-events.js';

/** What the routes of the API stand on. Made once, in platform.ts. */
export interface PlatformContext {
  readonly home: HomeLayout;
  readonly version: string;
  /** base port: the API's own */
  readonly port: number;
  /** `http://localhost:7770`: what URLs in answers start with */
  readonly apiUrl: string;
  /** bearer token of the API */
  readonly token: string;
  readonly account: Account;
  readonly clock: Clock;
  readonly store: Store;
  /** output of builds and release commands; its URL is `outputUrl(context, id)` */
  readonly streams: OutputStreams;
  /** the one maker of releases */
  readonly releases: Releases;
  /** the runtime processes and the way to them */
  readonly runtimes: Runtimes;
  /** custom domains and certificates */
  readonly domains: Domains;
  /** code from app to app of a pipeline */
  readonly promotions: Promotions;
  /** private spaces: made, renamed, destroyed */
  readonly spaces: Spaces;
  /** changes of one app, one at a time: key is the app's id */
  readonly queue: KeyedQueue;
  /** `app[api]` lines (heroku-behaviour.md 5.8) */
  readonly appLog: AppLog;
  /** tells webhooks of changes */
  readonly webhooks: WebhookEvents;
  readonly log: PlatformLog;
  /** asks this machine's resolver for a name */
  readonly resolvesHost: ResolvesHost;
  /** every JSON call that is served, filled as the server is made */
  readonly served: Route[];
  /** signs certificates for names of this machine */
  readonly authority: Authority;
  /** aborted when the platform stops: endless answers end then */
  readonly stopping: AbortSignal;
  /** asks the platform to stop, its runtimes with it or not; returns at once */
  readonly stop: (dynos: 'keep' | 'stop') => void;
  /** URLs under which clients reach the terminals of dynos */
  readonly attach: AttachTickets;
  /** where the router serves an app: `http://demo.localhost:7780/` */
  readonly webUrl: (app: App) => string;
  /** called when an app is destroyed, before its rows go: parts with files of their own put theirs here */
  readonly appEnds: ((app: App) => Promise<void> | void)[];
}

/** A part of the API that brings its own routes: `registerBuildRoutes`, `registerGitRoutes`. */
export type RegisterRoutes = (server: FastifyInstance, context: PlatformContext) => void;

/** URL of a stream of output. Needs no token: its id is the secret. */
export function outputUrl(context: Pick<PlatformContext, 'apiUrl'>, streamId: string): string {
  return `${context.apiUrl}/streams/${streamId}`;
}
