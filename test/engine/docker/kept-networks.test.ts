import {expect} from 'chai';
import {KeptNetworks} from '../../../src/engine/docker/kept-networks.js';
import {isNetworkMissing} from '../../../src/engine/docker/networks.js';
import {asDynoError} from '../../../src/engine/docker/connection.js';
import type {NetworkSpec} from '../../../src/engine/engine.js';

const us: NetworkSpec = {name: 'us', kind: 'common'};

describe('kept networks', () => {
  it('are made whole once more, as they were last asked for, until they are given up', async () => {
    const made: NetworkSpec[] = [];
    const kept = new KeptNetworks(async (network) => void made.push(network));
    await kept.restore();
    kept.keep({...us, subnet: '10.1.0.0/24'});
    kept.keep(us);
    kept.keep({...us, name: 'eu'});
    kept.forget('eu');
    await kept.restore();
    expect(made).to.deep.equal([us]);
  });

  it('are looked at once for all who ask meanwhile, and again for who asks later', async () => {
    let go: () => void = () => undefined;
    const busy = new Promise<void>((resolve) => (go = resolve));
    let rounds = 0;
    const kept = new KeptNetworks(async () => (rounds++, busy));
    kept.keep(us);
    const asked = [kept.restore(), kept.restore(), kept.settled()];
    go();
    await Promise.all(asked);
    expect(rounds).to.equal(1);
    await kept.restore();
    expect(rounds).to.equal(2);
  });

  it('say why one could not be made to who asks, and hold nobody up who does not', async () => {
    const kept = new KeptNetworks(() => Promise.reject(new Error('refused')));
    kept.keep(us);
    const round = kept.restore().catch((error: Error) => error.message);
    await kept.settled();
    expect(await round).to.equal('refused');
  });

  it("are known to be missing by Docker's words", () => {
    const said = (text: string) => asDynoError('start web.1', Object.assign(new Error(text), {statusCode: 404}));
    expect(isNetworkMissing(said('network dyno-ab12-us not found'))).to.equal(true);
    expect(isNetworkMissing(said('failed to set up container networking: network dyno-ab12-us not found'))).to.equal(
      true,
    );
    expect(isNetworkMissing(said('No such image: x'))).to.equal(false);
    expect(isNetworkMissing(new Error('network us not found'))).to.equal(false);
  });
});
