import type {Clock} from '../../model/clock.js';
import {DynoError} from '../../model/error.js';
import type {HomeLayout} from '../../model/home-layout.js';
import type {LogEntry} from '../../model/log.js';
import {RuntimeClient} from '../../runtime/client.js';
import type {RuntimeEvent} from '../../runtime/protocol.js';
import type {PlatformLog} from '../platform-log.js';
import {removeOrphanedImages} from '../releases/old-images.js';
import type {App, DeletedApp} from '../store/apps.js';
import type {Store} from '../store/store.js';
import {appSpecOf} from './app-spec.js';
import {makeRuntimeFolders} from './runtime-folders.js';
import {RuntimeLink} from './runtime-link.js';
import type {RuntimeProcesses} from './runtime-process.js';
import {within} from './within.js';
import {commonRegions, runtimeNameOf, runtimeSpecOf} from './runtime-spec.js';

/** ms that an API call waits for a runtime before it says so */
const CONNECT_MS = 60_000;
/** ms that a change waits for its runtime to take it */
const PUSH_MS = 15_000;
/** ms that the removal of an app may hold up the call that asked for it */
const REMOVE_MS = 90_000;

export interface RuntimesOptions {
  home: HomeLayout;
  basePort: number;
  version: string;
  store: Store;
  clock: Clock;
  log: PlatformLog;
  processes: RuntimeProcesses;
  onEvent?: (runtime: string, event: RuntimeEvent) => void;
}

/**
 * The runtime processes: one per region in use and one per private space, started when first needed, told of every
 * change, started again when they die, left running when the platform goes.
 */
export class Runtimes {
  readonly #options: RuntimesOptions;
  readonly #links = new Map<string, RuntimeLink>();
  readonly #startedAt: number;
  #closed = false;

  constructor(options: RuntimesOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  /** Takes up every runtime that has something to do, or still runs from before. */
  start(): void {
    const {store, processes} = this.#options;
    const living = store.spaces.list().filter(({state}) => state !== 'deleting');
    const spaces = living.map((space) => space.runtime);
    const regions = commonRegions.filter(
      (region) => store.apps.listOf({region}).length > 0 || processes.pidOf(region) !== null,
    );
    const left = store.apps.listDeleted().map((app) => app.runtime);
    for (const name of new Set([...regions, ...spaces, ...left])) this.ensure(name);
  }

  /** Starts the runtime of this name, unless it runs. */
  ensure(name: string): RuntimeLink {
    let link = this.#links.get(name);
    if (!link) this.#links.set(name, (link = this.#link(name)));
    if (!this.#closed) link.start();
    return link;
  }

  /** The way to an app's runtime, once it answers. @throws DynoError runtime_unavailable */
  clientFor(app: Pick<App, 'region' | 'spaceId'>): Promise<RuntimeClient> {
    return this.clientOf(runtimeNameOf(this.#options.store, app));
  }

  /** @throws DynoError runtime_unavailable */
  clientOf(name: string): Promise<RuntimeClient> {
    return this.ensure(name).connected(CONNECT_MS);
  }

  /** Names of the runtimes that are looked after. */
  get names(): string[] {
    return [...this.#links.keys()];
  }

  isConnected(name: string): boolean {
    return this.#links.get(name)?.isConnected ?? false;
  }

  /**
   * Tells an app's runtime that the app changed. What is stored counts: a runtime that is away hears of it when it is
   * back, so this does not fail.
   */
  async push(appId: string): Promise<void> {
    const {store, log} = this.#options;
    const app = store.apps.find(appId);
    if (!app) return;
    const link = this.ensure(runtimeNameOf(store, app));
    if (!link.isConnected) return link.noteChange();
    try {
      await within(PUSH_MS, link.name, link.client.putApp(appSpecOf(store, app)));
    } catch (error) {
      log.error(`runtime ${link.name}: app ${app.name}`, error);
    }
  }

  /** Tells a runtime all it has to know: after a change of its space. */
  async pushAll(name: string): Promise<void> {
    const {store, basePort, log} = this.#options;
    const link = this.#links.get(name);
    const spec = runtimeSpecOf(store, basePort, name);
    if (!link || !spec) return;
    if (!link.isConnected) return link.noteChange();
    await within(PUSH_MS, name, link.client.putSpec(spec)).catch((error: unknown) =>
      log.error(`runtime ${name}`, error),
    );
  }

  /** Entries for an app's log, in order; kept for a runtime that is starting. */
  log(app: App, entries: LogEntry[]): void {
    this.ensure(runtimeNameOf(this.#options.store, app)).writeLog(app.id, entries);
  }

  /** Resolves once the runtime has all that was logged so far, or is away. */
  async logged(app: App): Promise<void> {
    await this.#links.get(runtimeNameOf(this.#options.store, app))?.flushed();
  }

  /**
   * Removes what is left of an app that the store has given up: dynos, images, build cache. When its runtime is away,
   * that happens as soon as it is back.
   */
  async remove(left: DeletedApp): Promise<void> {
    const {log} = this.#options;
    try {
      await this.#remove(await this.ensure(left.runtime).connected(REMOVE_MS), left);
    } catch (error) {
      log.error(`runtime ${left.runtime}: removing app ${left.id}`, error);
    }
  }

  /** Ends a space's runtime and all that is in it. */
  async retire(name: string): Promise<void> {
    const link = this.#links.get(name) ?? this.#link(name);
    await link.stop('stop');
    this.#links.delete(name);
  }

  /** Nothing is started any more. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Lets go of all runtimes; they go on. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#links.values()].map((link) => link.close()));
  }

  /** Ends all runtimes. */
  async stop(dynos: 'keep' | 'stop'): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#links.values()].map((link) => link.stop(dynos)));
  }

  #link(name: string): RuntimeLink {
    const {home, version, clock, log, processes, store, basePort, onEvent} = this.#options;
    return new RuntimeLink(name, version, {
      client: new RuntimeClient(home.runtime(name).socket, name),
      prepare: () => makeRuntimeFolders(home.runtime(name)),
      processes,
      clock,
      log,
      spec: () => runtimeSpecOf(store, basePort, name),
      onConnected: (client) => void this.#removeLeft(name, client).then(() => this.#removeOrphans(name, client)),
      onEvent: (event) => onEvent?.(name, event),
    });
  }

  async #removeLeft(name: string, client: RuntimeClient): Promise<void> {
    const {store, log} = this.#options;
    for (const left of store.apps.listDeleted().filter((app) => app.runtime === name)) {
      await this.#remove(client, left).catch((error: unknown) => log.error(`removing app ${left.id}`, error));
    }
  }

  async #removeOrphans(name: string, client: RuntimeClient): Promise<void> {
    const {store, log} = this.#options;
    await removeOrphanedImages(client, store, this.#startedAt).catch((error: unknown) => {
      // One that has no engine yet, or goes as it came, has nothing to be asked for.
      if (!(error instanceof DynoError)) log.error(`runtime ${name}: images that no release has`, error);
    });
  }

  async #remove(client: RuntimeClient, left: DeletedApp): Promise<void> {
    const gone = (error: unknown) => {
      if (!(error instanceof DynoError) || error.code === 'runtime_unavailable') throw error;
    };
    await client.deleteApp(left.id).catch(gone);
    for (const image of left.images) await client.removeImage(image).catch(gone);
    await client.removeBuildCache(left.id).catch(gone);
    this.#options.store.apps.forgetDeleted(left.id);
  }
}
