import {expect} from 'chai';
import {connect} from '../../src/engine/docker/connection.js';
import {probeIsolation} from '../../src/engine/docker/probe.js';
import {byGuard, guardCommon, proveApart} from '../../src/engine/docker/space/common-guard.js';
import {NeighbourGuard} from '../../src/engine/docker/space/neighbour-guard.js';
import {StackImages} from '../../src/engine/docker/stack-image.js';
import {allocateSubnet} from '../../src/model/subnets.js';
import {describeDocker} from '../support/docker.js';
import {testOwner} from '../support/owner.js';
import {whyNoPeers} from './peers.js';
import {machineRanges} from './world.js';

/** A bridge without icc=false stands for an engine whose blocking does not hold. */
describeDocker('guard of a Common Runtime', function () {
  this.timeout(60_000);
  const docker = connect();
  const identity = {owner: testOwner(), runtime: 'us'};
  const network = identity.owner;

  before(async function () {
    const reason = whyNoPeers();
    if (reason) {
      console.log(`      skipped, ${reason}`);
      this.skip();
    }
    await docker.createNetwork({
      Name: network,
      IPAM: {Driver: 'default', Config: [{Subnet: allocateSubnet('10.191.0.0/16', machineRanges())}]},
      Labels: {'dyno.owner': identity.owner},
    });
  });

  after(async () => {
    await new NeighbourGuard(docker, identity, () => undefined).drop(network);
    await docker.getNetwork(network).remove();
  });

  it('keeps dynos apart where the engine does not, and the probe says by what', async () => {
    const {run} = await new StackImages(docker, process.env.DYNO_STACK_IMAGE).ensure('heroku-24');
    const probe = () => probeIsolation(docker, identity, network, run);
    expect(await probe()).to.have.property('holds', false);
    const fact = await proveApart(probe, () => guardCommon(docker, identity, network));
    expect(fact.holds).to.equal(true);
    expect(byGuard(fact)).to.equal(true);
  });

  it('is not asked for where the engine does', async () => {
    const fact = await proveApart(
      () => Promise.resolve({holds: true}),
      () => Promise.reject(new Error('guarded for nothing')),
    );
    expect(fact).to.deep.equal({holds: true});
  });
});
