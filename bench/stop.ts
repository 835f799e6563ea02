import Docker from 'dockerode';
import {DynoManager} from '../src/dyno-manager/dyno-manager.js';
import {DockerEngine} from '../src/engine/docker/docker-engine.js';
import {AdvancingClock} from '../src/runtime/advancing-clock.js';
import {appOf, releaseOf} from '../test/dyno-manager/harness.js';
import {ownedBy} from '../test/engine/docker/owned-by.js';
import {Rig} from '../test/engine/contract/rig.js';
import {whyNoDocker} from '../test/support/docker.js';
import {until} from '../test/support/until.js';
import {median} from './figure.js';
import type {Figure} from './figure.js';

const DYNOS = 20;
const ROUNDS = 3;
const COMMAND = 'bash trapping.sh';
/** as many dynos of one size as an app may have */
const SIZE = 'Standard-1X';

/** From `scale worker=0` until twenty dynos are gone, against bare dockerode stopping and removing as many of the same. */
export async function measureStop(): Promise<Figure[]> {
  if ((await whyNoDocker()) !== null) return [];
  const rig = new Rig({make: (identity) => new DockerEngine({...identity, stackImage: 'host'}), leftovers: ownedBy});
  try {
    await rig.open();
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      theirs.push(await stopBare(rig));
      ours.push(await stopDynos(rig));
    }
    return [
      {name: `bare dockerode stops and removes ${DYNOS}`, value: median(theirs), unit: 'ms'},
      {name: `docker: scale worker=${DYNOS} to worker=0, none left`, value: median(ours), unit: 'ms'},
      {
        name: `docker: stop of ${DYNOS} dynos / bare dockerode`,
        value: median(ours) / median(theirs),
        unit: '×',
        goal: 1.2,
      },
    ];
  } finally {
    await rig.close();
  }
}

async function stopDynos(rig: Rig): Promise<number> {
  const clock = new AdvancingClock();
  const output: string[] = [];
  const manager = new DynoManager({
    engine: rig.engine,
    clock,
    random: Math.random,
    runtime: {name: 'us', kind: 'common', network: rig.network},
    log: () => undefined,
    outputOf: () => ({output: {write: (chunk) => void output.push(String(chunk)), end: () => undefined}, cursor: null}),
    onDynos: () => undefined,
    drain: () => Promise.resolve(),
    onChange: () => undefined,
  });
  const release = releaseOf(3, {image: rig.image, processTypes: {worker: COMMAND}});
  manager.setApp(appOf({worker: `${DYNOS}:${SIZE}`}, {id: rig.appId, release}));
  await manager.start();
  await until('all ready', () => output.length === DYNOS);
  const start = performance.now();
  manager.setApp(appOf({worker: 0}, {id: rig.appId, release, revision: 2}));
  await manager.removeApp(rig.appId);
  const ms = performance.now() - start;
  await manager.close({dynos: 'keep'});
  clock.close();
  return ms;
}

/** The same containers, each stopped and removed by its own two calls, all at once. */
async function stopBare(rig: Rig): Promise<number> {
  const started = await Promise.all(Array.from({length: DYNOS}, () => rig.start(COMMAND)));
  await until('all ready', () => started.every(({output}) => output.stdout.includes('ready')));
  const docker = new Docker();
  const start = performance.now();
  await Promise.all(
    started.map(async ({dyno}) => {
      const container = docker.getContainer(dyno.engineId);
      await container.stop({t: 30});
      await container.remove({force: true, v: true});
    }),
  );
  return performance.now() - start;
}
