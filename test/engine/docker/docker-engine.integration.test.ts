import {DockerEngine} from '../../../src/engine/docker/docker-engine.js';
import {describeEngineContract} from '../contract.js';
import {ownedBy} from './owned-by.js';

describeEngineContract('docker', {
  make: (identity) => new DockerEngine({...identity, stackImage: 'host'}),
  prepare: async (rig) => {
    await (rig.engine as DockerEngine).probeIsolation(rig.network);
  },
  leftovers: ownedBy,
});
