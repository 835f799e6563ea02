import type Docker from 'dockerode';
import {setTimeout as wait} from 'node:timers/promises';
import {call, callUnlessGone} from './connection.js';
import {APP_ID, type Identity, KIND, labelFilter, MAKER, OWNER} from './labels.js';

const PAUSE_MS = 250;

/**
 * Removes containers of a Dockerfile's steps. Docker takes them with it, but not one that it was just making when the
 * build was cancelled, and none when it was killed itself; then they hold all layers below them. An app has one build
 * at a time, so that before and after it none of them is in use.
 */
export async function removeBuildSteps(docker: Docker, {owner}: Identity, appId: string): Promise<number> {
  const filters = labelFilter({[OWNER]: owner, [KIND]: 'build-layer', [APP_ID]: appId});
  const listed = await call('list containers', () => docker.listContainers({all: true, filters}));
  // Those with a maker are helpers of ours; release images have the label empty.
  const steps = listed.filter(({Labels}) => !Labels[MAKER]);
  for (const {Id} of steps) {
    await callUnlessGone('remove a container', () => docker.getContainer(Id).remove({force: true, v: true}));
  }
  return steps.length;
}

/** The same after a cancelled build, which Docker ends in its own time. What comes later goes with the next build. */
export async function endBuildSteps(docker: Docker, identity: Identity, appId: string): Promise<void> {
  for (let quiet = 0, attempt = 0; quiet < 2 && attempt < 20; attempt++) {
    quiet = (await removeBuildSteps(docker, identity, appId)) === 0 ? quiet + 1 : 0;
    await wait(PAUSE_MS);
  }
}
