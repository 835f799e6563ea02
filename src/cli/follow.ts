import {setTimeout as delay} from 'node:timers/promises';
import type {Api} from '../client/api.js';
import type {Build, Release} from '../client/shapes.js';
import {readChunks} from '../client/streams.js';
import {DynoError} from '../model/error.js';

const POLL_MS = 100;
/** Times that a stream may say 404 (not started yet) before we give up on its output. */
const STREAM_ATTEMPTS = 50;

export type Write = (text: string) => unknown;

/** Copies the output of a build or a release command until it ends. */
export async function copyOutput(api: Api, url: string, write: Write): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const stream = await api.stream(url, {accept: 'text/plain'});
      for await (const chunk of readChunks(stream)) write(chunk);
      return;
    } catch (error) {
      if (!isNotFound(error) || attempt >= STREAM_ATTEMPTS) throw error;
      await delay(POLL_MS);
    }
  }
}

/** A version as users write it (`v3`, `3`) or an id; the latest when none is named. */
export async function findRelease(api: Api, app: string, version: string | undefined): Promise<Release> {
  if (version !== undefined) return api.release(app, /^v\d+$/i.test(version) ? version.slice(1) : version);
  const [latest] = await api.releases(app, 1);
  if (latest) return latest;
  throw new DynoError('unsupported', {message: `${app} has no releases.`});
}

/** Shows what the release command says, and how it ended. @throws DynoError release_failed */
export async function followRelease(api: Api, app: string, release: Release, write: Write): Promise<Release> {
  if (release.output_stream_url) {
    write('Running release command...\n');
    await copyOutput(api, release.output_stream_url, write);
  }
  return untilReleased(api, app, release.id);
}

/** @throws DynoError release_failed */
export async function untilReleased(api: Api, app: string, release: string): Promise<Release> {
  const ended = await untilEnded(() => api.release(app, release));
  if (ended.status === 'failed') throw new DynoError('release_failed', {version: ended.version});
  return ended;
}

/** Shows a build's output, its release command's too, until all of it ends. @throws DynoError build_failed, release_failed */
export async function followBuild(api: Api, app: string, build: Build, write: Write): Promise<Build> {
  await copyOutput(api, build.output_stream_url, write);
  const ended = await untilEnded(() => api.build(app, build.id));
  if (ended.status === 'failed') throw new DynoError('build_failed', {step: 'see its output above'});
  if (ended.release) await untilReleased(api, app, ended.release.id);
  return ended;
}

async function untilEnded<Thing extends {status: string}>(look: () => Promise<Thing>): Promise<Thing> {
  for (let thing = await look(); ; thing = await look()) {
    if (thing.status !== 'pending') return thing;
    await delay(POLL_MS);
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof DynoError && error.details.status === 404;
}
