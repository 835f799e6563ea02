import {randomBytes} from 'node:crypto';
import {mkdir, rm} from 'node:fs/promises';
import {DynoError} from '../../model/error.js';
import type {Builds} from '../builds/builds.js';
import type {OutputStreams} from '../streams/output-streams.js';
import type {AppRows} from '../store/apps.js';

/** What the hook of a push asks for. */
export interface PushRequest {
  commit: string;
  /** subject of the commit */
  description: string;
}

/** What it is answered, a line each; the last has `accepted`. */
export interface PushEvent {
  output?: string;
  accepted?: boolean;
}

/** A push that git is receiving. Its secret opens one build, once. */
export interface Push {
  secret: string;
  appId: string;
  /** where the hook puts the source */
  source: string;
}

export class Pushes {
  readonly #folder: string;
  readonly #open = new Map<string, Push>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder anew: sources in it are of pushes that the last platform did not see the end of. */
  async open(): Promise<void> {
    await rm(this.#folder, {recursive: true, force: true});
    await mkdir(this.#folder, {recursive: true, mode: 0o700});
  }

  begin(appId: string): Push {
    const secret = randomBytes(24).toString('base64url');
    const push = {secret, appId, source: `${this.#folder}/${randomBytes(8).toString('hex')}.tgz`};
    this.#open.set(secret, push);
    return push;
  }

  async end(push: Push): Promise<void> {
    this.#open.delete(push.secret);
    await rm(push.source, {force: true});
  }

  /** @throws DynoError not_found */
  take(secret: string): Push {
    const push = this.#open.get(secret);
    if (!push) throw new DynoError('not_found', {resource: 'push'});
    this.#open.delete(secret);
    return push;
  }
}

export interface PushBuildEffects {
  apps: Pick<AppRows, 'get'>;
  builds: Builds;
  streams: OutputStreams;
}

/** Builds what was pushed and tells how it went: rejected when the build fails, taken when only its release command does. */
export async function* buildPush(
  effects: PushBuildEffects,
  push: Push,
  request: PushRequest,
): AsyncGenerator<PushEvent> {
  const app = effects.apps.get(push.appId);
  const rejected = `\nVerifying deploy...\n\n !\tPush rejected to ${app.name}.\n\n`;
  let started;
  try {
    started = await effects.builds.start(app, {
      source: {file: push.source},
      version: request.commit,
      versionDescription: request.description,
      git: true,
    });
  } catch (error) {
    if (!(error instanceof DynoError)) throw error;
    const lines = [error.message, ...(error.remedy ? [error.remedy] : [])].map((line) => ` !     ${line}\n`);
    yield {output: `${lines.join('')}\n !     Push failed\n${rejected}`};
    yield {accepted: false};
    return;
  }
  const decoder = new TextDecoder();
  for await (const chunk of effects.streams.read(started.build.streamId)) {
    yield {output: decoder.decode(chunk, {stream: true})};
  }
  const {build} = await started.done;
  const accepted = build.status === 'succeeded';
  if (!accepted) yield {output: rejected};
  yield {accepted};
}
