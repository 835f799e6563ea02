import {readFileSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import Docker from 'dockerode';
import type {Installation} from './installation.js';

/** What an installation has in its engine now, told by the engine and not by us. */
export async function censusOf(installation: Installation): Promise<string[]> {
  return installation.engine === 'docker' ? dockerCensus(installation) : processCensus(installation);
}

/** Ids that stay the same as long as a dyno is not restarted: container ids, or pids. */
export async function runningDynos(installation: Installation): Promise<string[]> {
  const rows = await censusOf(installation);
  return rows.filter((row) => row.startsWith('dyno ')).sort();
}

async function dockerCensus({home}: Installation): Promise<string[]> {
  const docker = new Docker();
  const filters = {label: [`dyno.owner=${readFileSync(join(home, 'owner'), 'utf8').trim()}`]};
  const [containers, networks, images] = await Promise.all([
    docker.listContainers({all: true, filters}),
    docker.listNetworks({filters}),
    docker.listImages({filters}),
  ]);
  return [
    ...containers.map(({Id, Labels, State}) => `${nameOf(Labels)} ${State} ${Id.slice(0, 12)}`),
    ...networks.map(({Name}) => `network ${Name}`),
    ...images.map(({RepoTags}) => `image ${RepoTags?.[0] ?? 'none'}`),
  ];
}

/** Helpers of the engine, as those that load firewalls, come and go. */
function nameOf(labels: Record<string, string>): string {
  const dyno = labels['dyno.dyno'];
  return dyno ? `dyno ${dyno}` : `helper ${labels['dyno.kind']}`;
}

/** Every process whose environment names a dyno of this installation, by its own first process. */
function processCensus({home}: Installation): Promise<string[]> {
  const rows: string[] = [];
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const environment = readOr(`/proc/${pid}/environ`).split('\0');
    const id = environment.find((entry) => entry.startsWith('DYNO_ENGINE_ID='));
    const isInit = readOr(`/proc/${pid}/cmdline`).includes('dyno-init.sh');
    const isOurs = environment.some((entry) => entry.startsWith(`HOME=${home}/`));
    if (id && isInit && isOurs) rows.push(`dyno ${id.slice('DYNO_ENGINE_ID='.length)} ${pid}`);
  }
  for (const owner of list(join(home, 'engines/process'))) {
    for (const image of list(join(home, 'engines/process', owner, 'slugs'))) rows.push(`image ${image}`);
    for (const dyno of list(join(home, 'engines/process', owner, 'dynos'))) rows.push(`directory ${dyno}`);
  }
  return Promise.resolve(rows);
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
