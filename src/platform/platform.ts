import type {Clock} from '../model/clock.js';
import {DynoError} from '../model/error.js';
import type {HomeLayout} from '../model/home-layout.js';
import {routes} from './api/routes.js';
import {assemble} from './assemble.js';
import {sshTunnel} from './attach/ssh-tunnel.js';
import {acceptUpgrades} from './attach/upgrades.js';
import type {PlatformContext, RegisterRoutes} from './context.js';
import type {ResolvesHost} from './host-names.js';
import {prepareHome, removePlatformFile, writePlatformFile} from './home.js';
import {isSameSecret} from './http/credentials.js';
import {listen} from './http/listener.js';
import {createServer} from './http/server.js';
import {apiNames, tlsDoor} from './http/tls-door.js';
import {takeLock} from './lock.js';
import type {PlatformLog} from './platform-log.js';
import type {RuntimeProcesses} from './runtimes/runtime-process.js';
import {timestamp} from './store/identity.js';
import {Store} from './store/store.js';

/** ms that calls in flight may take to end when the platform stops */
const DRAIN_MS = 5000;

export interface PlatformOptions {
  home: HomeLayout;
  port: number;
  version: string;
  clock: Clock;
  log: PlatformLog;
  processes: RuntimeProcesses;
  resolvesHost: ResolvesHost;
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
  const closeAll = async () => {
    for (const closer of closers.splice(0)) await closer();
  };
  try {
    const store = new Store(home.database);
    closers.unshift(() => store.close());
    const stopping = new AbortController();
    let askToStop!: (dynos: 'keep' | 'stop') => void;
    const stopAsked = new Promise<'keep' | 'stop'>((resolve) => (askToStop = resolve));
    const {context, webhooks} = assemble(options, store, token, {stopping: stopping.signal, stop: askToStop});

    // Made beside the rest of the start: who finds the platform, or is its runtime, finds the authority too.
    const certificate = context.authority
      .certificateFor(apiNames)
      .catch((error: unknown) => log.error('authority', error));
    const isToken = (given: string) => isSameSecret(given, token) || opensByAuthorization(context, given);
    const {parts = []} = options;
    const server = await createServer({context, routes, parts, isToken});
    closers.unshift(() => server.close());
    acceptUpgrades(server.server, context, isToken, sshTunnel(context));
    await certificate;
    const listener = await listen({
      port,
      http: server.server,
      onTls: tlsDoor(context.authority, server.server, context),
    });
    closers.unshift(() => listener.close());
    writePlatformFile(home, {pid: process.pid, version, port, startedAt: timestamp(clock.now())});
    closers.unshift(() => removePlatformFile(home));

    context.releases.start();
    context.promotions.start();
    context.runtimes.start();
    context.spaces.start();
    webhooks.start();
    log.info(`platform ${version} serves ${context.apiUrl}`);

    const close = async (dynos: 'keep' | 'stop') => {
      log.info(dynos === 'stop' ? 'stopping, dynos too' : 'stopping, dynos keep running');
      listener.stop();
      stopping.abort(new DynoError('platform_unavailable', {reason: 'it is stopping'}));
      webhooks.close();
      context.releases.close();
      context.attach.close();
      await (dynos === 'stop' ? context.runtimes.stop('stop') : context.runtimes.close());
      await waitAtMost(server.close(), DRAIN_MS);
      await closeAll();
    };
    let closing: Promise<void> | undefined;
    return {context, stopAsked, close: (dynos = 'keep') => (closing ??= close(dynos))};
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Tokens made through the API open it too, until they end. */
function opensByAuthorization({store, clock}: PlatformContext, token: string): boolean {
  const found = store.authorizations.find('token = @token', {token});
  return found !== undefined && (found.expiresAt === null || Date.parse(found.expiresAt) > clock.now());
}

function waitAtMost(work: Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, ms);
    work.then(done, done);
  });
}
