import type Docker from 'dockerode';
import {Readable} from 'node:stream';
import {setTimeout as wait} from 'node:timers/promises';
import type {BuildResult, EngineImage, SlugSpec} from '../engine.js';
import {removeBuildSteps} from './build-steps.js';
import type {CaBundle} from './ca-bundle.js';
import {asDynoError, call, callUnlessGone, isGone, statusOf} from './connection.js';
import {APP_ID, type Identity, imageLabels, KIND, type Labels, labelFilter, OWNER} from './labels.js';
import {makerLabel} from './makers.js';
import {commitRelease, DYNO_UID, gzip, slugContent} from './release-image.js';
import {copyTar} from './tar-copy.js';

const RELEASES = 'dyno/release';

export function releaseImage(id: string): string {
  return `${RELEASES}:${id}`;
}

/** Name of the volume that is an app's build cache. */
export function cacheVolume({owner}: Identity, appId: string): string {
  return `dyno-cache-${owner}-${appId}`.replace(/[^a-zA-Z0-9_.-]/g, '-');
}

export async function ensureCacheVolume(docker: Docker, identity: Identity, appId: string): Promise<string> {
  const Name = cacheVolume(identity, appId);
  const Labels = {[OWNER]: identity.owner, [KIND]: 'build-cache', [APP_ID]: appId};
  await call('make a build cache', () => docker.createVolume({Name, Labels}));
  return Name;
}

/** Forgets the volume, and layers of Dockerfile builds that no image uses. For an app without a build in progress. */
export async function removeCache(docker: Docker, identity: Identity, appId: string): Promise<void> {
  await removeBuildSteps(docker, identity, appId);
  for (let attempt = 1; ; attempt++) {
    try {
      await docker.getVolume(cacheVolume(identity, appId)).remove();
      break;
    } catch (error) {
      if (isGone(error)) break;
      if (statusOf(error) !== 409 || attempt === 10) throw asDynoError('remove a build cache', error);
      await wait(200);
    }
  }
  await removeUnused(docker, {...identityLabels(identity), [APP_ID]: appId});
}

/** Images of ours without a name: layers of failed builds, releases that were removed while a dyno still ran. */
export async function removeUnused(docker: Docker, labels: Labels, olderThan?: string): Promise<void> {
  const filters = {dangling: ['true'], ...labelFilter(labels), ...(olderThan ? {until: [olderThan]} : {})};
  for (let attempt = 1; attempt <= 10; attempt++) {
    try {
      await docker.pruneImages({filters});
      return;
    } catch (error) {
      // Docker does one at a time. What is not removed now is so the next time.
      if (statusOf(error) !== 409) throw asDynoError('remove unused layers', error);
      await wait(100 * attempt);
    }
  }
}

export function identityLabels({owner}: Identity): Labels {
  return {[OWNER]: owner};
}

export async function importSlug(
  docker: Docker,
  identity: Identity,
  spec: SlugSpec,
  tgz: Readable,
  options: {from: string; ca: CaBundle | null},
): Promise<BuildResult> {
  const image = releaseImage(spec.id);
  const {content, facts} = slugContent(tgz);
  await commitRelease(docker, {
    from: options.from,
    to: image,
    labels: imageLabels(identity, spec, 'release'),
    shell: '/bin/bash',
    environment: {HOME: '/app'},
    workingDirectory: '/app',
    ca: options.ca,
    content,
    checksum: () => facts().checksum,
  });
  return {image, ...facts(), defaultTypes: {}, detected: null};
}

/** The slug streams out of a container that is never started, and gone when the stream is. */
export async function exportSlug(docker: Docker, image: string): Promise<Readable> {
  const container = await call('read a release image', () =>
    docker.createContainer({Image: image, Labels: makerLabel(), NetworkDisabled: true}),
  );
  const remove = () => callUnlessGone('remove a container', () => container.remove({force: true, v: true}));
  try {
    const app = await call('read a release image', () => container.getArchive({path: '/app'}));
    const tar = copyTar(Readable.from(app), {uid: DYNO_UID, rename: (name) => (name === '' ? null : `./${name}`)});
    const slug = gzip(tar);
    slug.on('close', () => void remove().catch(() => undefined));
    return slug;
  } catch (error) {
    await remove();
    throw error;
  }
}

export async function listImages(docker: Docker, {owner}: Identity): Promise<EngineImage[]> {
  const filters = labelFilter({[OWNER]: owner, [KIND]: 'release'});
  const images = await call('list images', () => docker.listImages({filters}));
  return images.flatMap(({RepoTags, Labels, Size, Created}) =>
    (RepoTags ?? [])
      .filter((tag) => tag.startsWith(`${RELEASES}:`))
      .map((image) => ({image, appId: Labels[APP_ID] ?? '', size: Size, createdAt: Created * 1000})),
  );
}

/** Dynos that run from it keep running: then only the name goes, and the rest with removeUnused(). */
export async function removeImage(docker: Docker, image: string): Promise<void> {
  await callUnlessGone('remove a release image', () => docker.getImage(image).remove({force: true}));
}
