import {Authority} from '../certificates/authority.js';
import type {RuntimeEvent} from '../runtime/protocol.js';
import {ensureAccount} from './account.js';
import {dynoJson, publishDyno} from './api/dynos.js';
import {releaseJson} from './api/release-json.js';
import {appLog} from './app-log.js';
import {AttachTickets} from './attach/attach-tickets.js';
import type {PlatformContext} from './context.js';
import {ensureDefaultTeam} from './default-team.js';
import {Domains} from './domains/domains.js';
import {KeyedQueue} from './keyed-queue.js';
import {Promotions} from './pipelines/promotions.js';
import type {PlatformOptions} from './platform.js';
import {Releases} from './releases/releases.js';
import {webUrlOf} from './runtimes/runtime-spec.js';
import {Runtimes} from './runtimes/runtimes.js';
import {machineRanges} from './spaces/machine-ranges.js';
import {Spaces} from './spaces/spaces.js';
import type {App} from './store/apps.js';
import type {Release} from './store/releases.js';
import type {Store} from './store/store.js';
import {OutputStreams} from './streams/output-streams.js';
import {post} from './webhooks/post.js';
import {Webhooks} from './webhooks/webhooks.js';

export interface Parts {
  context: PlatformContext;
  webhooks: Webhooks;
}

/** The parts of a platform, each with what it needs, from the store upwards. Nothing is started here. */
export function assemble(
  options: PlatformOptions,
  store: Store,
  token: string,
  stop: Pick<PlatformContext, 'stopping' | 'stop'>,
): Parts {
  const {home, port, version, clock, log, processes, resolvesHost} = options;
  const account = ensureAccount(store.settings, clock.now());
  ensureDefaultTeam(store, account, clock.now());
  const queue = new KeyedQueue();
  const streams = new OutputStreams(`${home.root}/streams`);
  const authority = new Authority(home.ca, () => clock.now());
  const webhooks = new Webhooks({store, clock, account, log, post});

  const onEvent = (_runtime: string, event: RuntimeEvent) => tellDyno(context, event);
  const runtimes = new Runtimes({home, basePort: port, version, store, clock, log, processes, onEvent});
  const writeAppLog = appLog(runtimes, clock);
  const onChange = (app: App, release: Release, action: 'create' | 'update') =>
    webhooks.publish(app, {include: 'api:release', action, data: releaseJson(context, app, release)});
  const releases = new Releases({store, runtimes, streams, clock, account, appLog: writeAppLog, log, onChange});

  const context: PlatformContext = {
    home,
    version,
    port,
    apiUrl: `http://localhost:${port}`,
    token,
    account,
    clock,
    store,
    streams,
    releases,
    runtimes,
    queue,
    authority,
    webhooks,
    log,
    resolvesHost,
    domains: new Domains({store, runtimes, authority, clock}),
    promotions: new Promotions({store, releases, queue, clock, log}),
    spaces: new Spaces({store, runtimes, clock, account, queue, log, home, basePort: port, machineRanges}),
    attach: new AttachTickets(port, clock),
    appLog: writeAppLog,
    webUrl: (app) => webUrlOf(store, port, app),
    appEnds: [],
    served: [],
    ...stop,
  };
  return {context, webhooks};
}

/** Changes of dynos, for webhooks. */
function tellDyno(context: PlatformContext, event: RuntimeEvent): void {
  const app = event.kind === 'dyno' ? context.store.apps.find(event.app) : undefined;
  if (event.kind !== 'dyno' || !app) return;
  publishDyno(context, app, dynoJson(context, app, event.dyno));
}
