import {mkdir, rm} from 'node:fs/promises';
import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import {outputUrl} from '../context.js';
import {KeyedQueue} from '../keyed-queue.js';
import type {App} from '../store/apps.js';
import {newId, timestamp} from '../store/identity.js';
import type {Release} from '../store/releases.js';
import type {Build} from './build-rows.js';
import {BuildRows} from './build-rows.js';
import {buildJson} from './build-json.js';
import {failureText, launchText, PUSH_FAILED} from './build-output.js';
import {parseBuildpack} from './buildpack-reference.js';
import {removeUploaded, sourceLimits, takeSource, uploadedSource, verifyChecksum} from './find-source.js';
import {prepareSource} from './prepare-source.js';
import {runBuild} from './run-build.js';
import {SourceRows} from './source-rows.js';
import type {SourceTree} from './source-tree.js';

export interface BuildRequest {
  source: {url: string} | {file: string};
  /** commit, or whatever the client calls this state of the source */
  version?: string | null;
  versionDescription?: string | null;
  checksum?: string | null;
  /** absent: the app's own, or what fits */
  buildpacks?: string[] | null;
  userEmail?: string;
  /** a push: the archive's root is the app's, and the output has the lines that git users know */
  git?: boolean;
}

export interface StartedBuild {
  build: Build;
  /** the build as it ended, with its release if it made one, both settled. Never rejects. */
  done: Promise<{build: Build; release: Release | null}>;
}

interface Work {
  build: Build;
  app: App;
  request: BuildRequest;
  folder: string;
  /** null until the source has been fetched */
  tree: SourceTree | null;
  signal: AbortSignal;
}

/**
 * Builds of all apps: one at a time per app, in the order of asking, each to its end whoever listens.
 *
 *   start ─▶ pending ─▶ source ─▶ buildpacks ─▶ engine ─▶ release ─▶ succeeded ─▶ release command ─▶ output ends
 *               └──────────┴───────────┴──────────┴─▶ failed: nothing changed, the output says which step
 */
export class Builds {
  readonly rows: BuildRows;
  readonly sources: SourceRows;
  readonly #context: PlatformContext;
  readonly #queue = new KeyedQueue();
  readonly #running = new Map<string, {cancel: AbortController; done: Promise<unknown>}>();

  constructor(context: PlatformContext) {
    this.#context = context;
    this.rows = new BuildRows(context.store.db);
    this.sources = new SourceRows(context.store.db);
  }

  /** Builds that the last platform did not see the end of have failed; what they left on disk goes. */
  async open(): Promise<void> {
    for (const build of this.rows.pending()) {
      this.#context.streams.append(
        build.streamId,
        failureText('The platform stopped during this build.') + PUSH_FAILED,
      );
      this.#end(build, {status: 'failed'});
    }
    await rm(this.#folder, {recursive: true, force: true});
    await mkdir(this.#folder, {recursive: true, mode: 0o700});
  }

  /** Ends all builds; they count as failed. */
  async close(): Promise<void> {
    const reason = new DynoError('platform_unavailable', {reason: 'it is stopping'});
    for (const {cancel} of this.#running.values()) cancel.abort(reason);
    await Promise.all([...this.#running.values()].map(({done}) => done));
  }

  /**
   * Takes a build on. A source that is here already is looked at before anything is recorded.
   *
   * @throws DynoError slug_invalid, procfile_invalid, invalid_params
   */
  async start(app: App, request: BuildRequest): Promise<StartedBuild> {
    const {store, streams, account, clock, home, appLog} = this.#context;
    for (const buildpack of request.buildpacks ?? []) parseBuildpack(buildpack);
    const local =
      'file' in request.source ? request.source.file : uploadedSource(request.source.url, home.sources, this.sources);
    const id = newId();
    const cancel = new AbortController();
    const folder = `${this.#folder}/${id}`;
    await mkdir(folder, {recursive: true, mode: 0o700});
    const source = local === null ? request.source : {file: local};
    try {
      const tree = 'file' in source ? await this.#prepare({...request, source}, folder, cancel.signal) : null;
      const now = timestamp(clock.now());
      const build = this.rows.insert({
        id,
        appId: store.apps.get(app.id).id,
        status: 'pending',
        sourceUrl: 'url' in request.source ? request.source.url : `file://${request.source.file}`,
        sourceVersion: request.version ?? null,
        sourceDescription: request.versionDescription ?? null,
        sourceChecksum: request.checksum ?? null,
        buildpacks: request.buildpacks ?? null,
        stack: app.buildStack,
        slugId: null,
        releaseId: null,
        streamId: streams.create(),
        userEmail: request.userEmail ?? account.email,
        createdAt: now,
        updatedAt: now,
      });
      appLog(app, `Build started by user ${build.userEmail}`);
      this.#publish(app, build, 'create');
      const work = {build, app, request: {...request, source}, folder, tree, signal: cancel.signal};
      const done = this.#queue.run(app.id, () => this.#run(work)).finally(() => this.#running.delete(id));
      this.#running.set(id, {cancel, done});
      return {build, done};
    } catch (error) {
      await rm(folder, {recursive: true, force: true});
      throw error;
    }
  }

  /** Ends a build that waits or runs; one that has ended stays as it is. */
  cancel(buildId: string): void {
    this.#running.get(buildId)?.cancel.abort(new DynoError('conflict', {message: 'This build was cancelled.'}));
  }

  /**
   * Ends the builds of an app that is being destroyed and removes their output and sources. Does not wait for them: they may be
   * waiting for the destruction, to make their release.
   */
  forget(app: App): void {
    const {streams, home, log} = this.#context;
    for (const build of this.rows.listOf(app.id)) {
      removeUploaded(build.sourceUrl, home.sources, this.sources).catch((error: unknown) =>
        log.error(`source of build ${build.id}`, error),
      );
      const running = this.#running.get(build.id);
      running?.cancel.abort(new DynoError('not_found', {resource: 'app'}));
      if (running) void running.done.then(() => streams.delete(build.streamId));
      else streams.delete(build.streamId);
    }
  }

  get #folder(): string {
    return `${this.#context.home.root}/builds`;
  }

  async #prepare(request: BuildRequest, folder: string, signal: AbortSignal): Promise<SourceTree> {
    const path = `${folder}/source.tgz`;
    await takeSource(request.source, path, signal);
    if (request.checksum) await verifyChecksum(path, request.checksum);
    return prepareSource(path, {unwrap: !request.git, sizeLimit: sourceLimits.unpacked});
  }

  /** Never rejects. */
  async #run(work: Work): Promise<{build: Build; release: Release | null}> {
    const {streams, log} = this.#context;
    const {build, app, folder} = work;
    let tail = '';
    const write = (text: string) => {
      tail = (tail + text).slice(-1000);
      try {
        streams.append(build.streamId, text);
      } catch (error) {
        // Output that finds no room is lost; whether the build fails is for the build to say.
        log.error(`output of build ${build.id}`, error);
      }
    };
    let ended = build;
    let release: Release | null = null;
    try {
      release = await this.#buildAndRelease(work, write, (change) => (ended = this.#end(build, change)));
    } catch (thrown) {
      const error: unknown = work.signal.aborted ? work.signal.reason : thrown;
      const {message, remedy} = error instanceof DynoError ? error : new DynoError('internal');
      if (!(error instanceof DynoError)) log.error(`build ${build.id} of ${app.name}`, error);
      // Buildpacks have said it already, in their own words.
      const isTold = error instanceof DynoError && error.code === 'build_failed' && tail.includes('\n !  ');
      write((isTold ? '' : failureText(message, remedy)) + PUSH_FAILED);
      if (ended.status === 'pending') ended = this.#end(build, {status: 'failed'});
    } finally {
      await rm(folder, {recursive: true, force: true}).catch((error: unknown) => log.error(`build ${build.id}`, error));
      streams.end(build.streamId);
    }
    return {build: ended, release};
  }

  async #buildAndRelease(
    work: Work,
    write: (text: string) => void,
    end: (change: Pick<Build, 'status' | 'slugId' | 'releaseId'>) => void,
  ): Promise<Release> {
    const {store, runtimes, releases, queue, webUrl} = this.#context;
    const {build, request, folder, signal} = work;
    signal.throwIfAborted();
    const tree = work.tree ?? (await this.#prepare(request, folder, signal));
    // Config vars and buildpacks as they are now, and not when the build began to wait.
    const app = store.apps.get(build.appId);
    const client = await runtimes.clientFor(app);
    const {result, processTypes, description} = await runBuild(
      {
        id: build.id,
        app,
        folder,
        source: `${folder}/source.tgz`,
        tree,
        buildpacks: build.buildpacks ?? store.buildpacks.listOf(app.id),
        stack: build.stack,
        version: build.sourceVersion,
      },
      client,
      write,
      signal,
    );

    // The release command may write before the lines that announce it.
    const early: string[] = [];
    let launched = false;
    const made = await queue
      .run(app.id, () => {
        signal.throwIfAborted();
        return releases.createFromBuild(
          store.apps.get(app.id),
          {
            image: result.image,
            size: result.size,
            checksum: result.checksum,
            processTypes,
            stack: build.stack,
            commit: build.sourceVersion ?? undefined,
            commitDescription: build.sourceDescription ?? undefined,
            buildpackDescription: description,
          },
          {
            description: `Deploy ${shortVersion(build.sourceVersion)}`.trim(),
            userEmail: build.userEmail,
            logLines: ['Build succeeded'],
            onOutput: (text) => (launched ? write(text) : early.push(text)),
          },
        );
      })
      .catch(async (error: unknown) => {
        await client.removeImage(result.image);
        throw error;
      });

    const declaresRelease = processTypes.release !== undefined;
    write(launchText(made.release.version, webUrl(app), declaresRelease));
    end({status: 'succeeded', slugId: made.slug.id, releaseId: made.release.id});
    if (request.git) write('\nVerifying deploy... done.\n');
    if (declaresRelease) write(`Running release command...\n\n${early.join('')}`);
    launched = true;
    const release = await made.done;
    if (declaresRelease) write(`\nWaiting for release.... ${release.status === 'succeeded' ? 'done' : 'failed'}.\n`);
    return release;
  }

  #end(build: Build, change: Partial<Pick<Build, 'status' | 'slugId' | 'releaseId'>>): Build {
    const {store, clock, appLog} = this.#context;
    const ended = {...build, ...change, updatedAt: timestamp(clock.now())};
    const {status, slugId, releaseId, updatedAt} = ended;
    this.rows.update(build.id, {status, slugId, releaseId, updatedAt});
    const app = store.apps.find(build.appId);
    if (app) {
      if (status === 'failed') {
        appLog(app, `Build failed -- check your build output: ${outputUrl(this.#context, build.streamId)}`);
      }
      this.#publish(app, ended, 'update');
    }
    return ended;
  }

  #publish(app: App, build: Build, action: 'create' | 'update'): void {
    this.#context.webhooks.publish(app, {include: 'api:build', action, data: buildJson(this.#context, build)});
  }
}

/** Commits by their first 8 digits (heroku-behaviour.md 5.8), all else as given. */
function shortVersion(version: string | null): string {
  if (version === null) return '';
  return /^[0-9a-f]{40,64}$/.test(version) ? version.slice(0, 8) : version.slice(0, 64);
}
