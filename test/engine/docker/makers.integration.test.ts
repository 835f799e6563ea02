import {spawnSync} from 'node:child_process';
import {hostname} from 'node:os';
import Docker from 'dockerode';
import {expect} from 'chai';
import {DockerEngine} from '../../../src/engine/docker/docker-engine.js';
import {makerLabel} from '../../../src/engine/docker/makers.js';
import {Rig} from '../contract/rig.js';
import {ownedBy} from './owned-by.js';

describe('docker engine: what a killed process left', function () {
  this.timeout(120_000);
  const rig = new Rig({make: (identity) => new DockerEngine({...identity, stackImage: 'host'}), leftovers: ownedBy});
  const docker = new Docker();

  before(() => rig.open());
  after(async () => expect(await rig.close()).to.deep.equal([]));

  it('goes with the next open(): helpers whose process is gone, and nothing else', async () => {
    const {pid} = spawnSync(process.execPath, ['-e', '0']);
    const {dyno} = await rig.start('sleep 3600');
    const helper = async (labels: Record<string, string>) => {
      const Labels = {'dyno.owner': rig.owner, 'dyno.kind': 'build', ...labels};
      return (await docker.createContainer({Image: rig.image, Labels})).id;
    };
    const orphan = await helper({'dyno.maker': `${hostname()} ${pid} 1`});
    const reused = await helper({'dyno.maker': `${hostname()} ${process.pid} 1`});
    const ours = await helper(makerLabel());
    const elsewhere = await helper({'dyno.maker': `another-host ${pid} 1`});

    await rig.another().open();
    const left = (await docker.listContainers({all: true, filters: {label: [`dyno.owner=${rig.owner}`]}})).map(
      ({Id}) => Id,
    );
    expect(left).to.have.members([dyno.engineId, ours, elsewhere, ...(process.platform === 'linux' ? [] : [reused])]);
    expect(left).to.not.include(orphan);
    for (const id of [ours, elsewhere]) await docker.getContainer(id).remove({force: true});
  });
});
