import type {Clock} from '../model/clock.js';
import {DynoError} from '../model/error.js';
import type {HomeLayout} from '../model/home-layout.js';
import type {RegisterRoutes, PlatformContext} from './context.js';
import {ensureAccount} from './account.js';
import {routes} from './api/routes.js';
import {appLog} from './app-log.js';
import {AttachTickets} from './attach/attach-tickets.js';
import {acceptUpgrades} from './attach/upgrades.js';
import {Authority} from '../certificates/authority.js';
import {ensureDefaultTeam} from './default-team.js';
import {prepareHome, removePlatformFile, writePlatformFile} from './home.js';
import {isSameSecret} from './http/credentials.js';
import {listen} from './http/listener.js';
import {createServer} from './http/server.js';
import {apiNames, tlsDoor} from './http/tls-door.js';
import {KeyedQueue} from './keyed-queue.js';
import {takeLock} from './lock.js';
import type {PlatformLog} from './platform-log.js';
import {Releases} from './releases/releases.js';
import type {RuntimeProcesses} from './runtimes/runtime-process.js';
import {webUrlOf} from './runtimes/runtime-spec.js';
import {Runtimes} from './runtimes/runtimes.js';
import {timestamp} from './store/identity.js';
import {Store} from './store/store.js';
import {OutputStreams} from './streams/output-streams.js';

/** ms that calls in flight may take to end when the platform stops */
const DRAIN_MS = 5000;

export interface PlatformOptions {
  home: HomeLayout;
  port: number;
  version: string;
  clock: Clock;
  log: PlatformLog;
  processes: RuntimeProcesses;
  /** routes of builds and git */
  parts?: readonly RegisterRoutes[];
}

export interface Platform {
  readonly context: PlatformContext;
  /** Resolves when a client asked the platform to stop; close() it then. */
  readonly stopAsked: Promise<'keep' | 'stop'>;
  /** `keep`: runtimes and dynos go on; `stop`: they end first. */
  close(dynos?: 'keep' | 'stop'): Promise<void>;
}

/**
 * Starts the platform of a home. Only one can: answers the pid of the one that runs instead.
 *
 * @throws DynoError port_in_use, platform_unavailable, disk_full
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform | {holder: number}> {
  const {home, port, version, clock, log} = options;
  const token = prepareHome(home);
  const lock = takeLock(home.platformLock);
  if ('holder' in lock) return lock;
  const closers: (() => Promise<void> | void)[] = [() => lock.release()];
  try {
    const store = new Store(home.database);
    closers.unshift(() => store.close());
    const stopping = new AbortController();
    let askToStop!: (dynos: 'keep' | 'stop') => void;
    const stopAsked = new Promise<'keep' | 'stop'>((resolve) => (askToStop = resolve));
    const context = assemble(options, store, token, {stopping: stopping.signal, stop: askToStop});
    const isToken = (given: string) => isSameSecret(given, token);
    const server = await createServer({
      context,
      routes,
      ...(options.parts ? {parts: options.parts} : {}),
      isToken,
    });
    acceptUpgrades(server.server, context, isToken);
    closers.unshift(() => server.close());
    const listener = await listen({
      port,
      http: server.server,
      onTls: tlsDoor(context.authority, server.server, context),
    });
    closers.unshift(() => listener.close());
    writePlatformFile(home, {pid: process.pid, version, port, startedAt: timestamp(clock.now())});
    closers.unshift(() => removePlatformFile(home));
    // Runtimes find both made, and need not load what makes them.
    await context.authority.certificateFor(apiNames).catch((error: unknown) => log.error('authority', error));
    context.releases.start();
    context.runtimes.start();
    log.info(`platform ${version} serves ${context.apiUrl}`);
    let closing: Promise<void> | undefined;
    const close = async (dynos: 'keep' | 'stop') => {
      log.info(dynos === 'stop' ? 'stopping, dynos too' : 'stopping, dynos keep running');
      listener.stop();
      stopping.abort(new DynoError('platform_unavailable', {reason: 'it is stopping'}));
      context.releases.close();
      await (dynos === 'stop' ? context.runtimes.stop('stop') : context.runtimes.close());
      await waitAtMost(server.close(), DRAIN_MS);
      for (const closer of closers) await closer();
    };
    return {context, stopAsked, close: (dynos = 'keep') => (closing ??= close(dynos))};
  } catch (error) {
    for (const closer of closers) await closer();
    throw error;
  }
}

/** The parts, each with what it needs, from the store upwards. */
function assemble(
  options: PlatformOptions,
  store: Store,
  token: string,
  stop: Pick<PlatformContext, 'stopping' | 'stop'>,
): PlatformContext {
  const {home, port, version, clock, log, processes} = options;
  const account = ensureAccount(store.settings, clock.now());
  ensureDefaultTeam(store, account, clock.now());
  const runtimes = new Runtimes({home, basePort: port, version, store, clock, log, processes});
  const streams = new OutputStreams(`${home.root}/streams`);
  const writeAppLog = appLog(runtimes, clock);
  const releases = new Releases({store, runtimes, streams, clock, account, appLog: writeAppLog, log});
  return {
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
    queue: new KeyedQueue(),
    appLog: writeAppLog,
    webhooks: {publish: () => undefined},
    log,
    authority: new Authority(home.ca, () => clock.now()),
    attach: new AttachTickets(port, clock),
    webUrl: (app) => webUrlOf(store, port, app),
    appEnds: [],
    ...stop,
  };
}

function waitAtMost(work: Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void work
      .catch(() => undefined)
      .then(() => {
        clearTimeout(timer);
        resolve();
      });
  });
}
