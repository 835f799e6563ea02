import {expect} from 'chai';
import net from 'node:net';
import tls from 'node:tls';
import {parseDrainUrl} from '../../src/model/drain.js';
import {NodeSyslogTransport} from '../../src/logplex/syslog-transport.js';
import {VirtualClock} from '../support/virtual-clock.js';

/** More than the buffers of a connection on this machine hold. */
const LARGE = 'x'.repeat(32 * 1024 * 1024);

describe('NodeSyslogTransport', function () {
  this.timeout(30_000);
  let server: net.Server;
  let accepted: net.Socket[];
  let clock: VirtualClock;
  let transport: NodeSyslogTransport;
  let closes: number;

  beforeEach(async () => {
    [accepted, closes] = [[], 0];
    server = net.createServer({pauseOnConnect: true}, (socket) => {
      socket.on('error', () => undefined);
      accepted.push(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    clock = new VirtualClock();
    const address = parseDrainUrl(`syslog://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
    transport = new NodeSyslogTransport(address, clock, () => tls.createSecureContext());
    await transport.connect(() => closes++);
  });

  afterEach(async () => {
    transport.disconnect();
    for (const socket of accepted) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  const outcome = (sent: Promise<void>) => sent.then(() => 'sent').catch((error: Error) => error.message);

  it('rejects what takes too long, although node calls the write back without an error', async () => {
    const sent = outcome(transport.send([LARGE]));
    await clock.advance(4000);
    expect(await sent).not.to.equal('sent');
  });

  it('gives up what is being sent when it disconnects, at once, and tells nobody', async () => {
    const sent = outcome(transport.send([LARGE, 'last']));
    transport.disconnect();
    expect(await sent).not.to.equal('sent');
    expect(closes).to.equal(0);
    expect(clock.pendingTimers).to.equal(0);
  });
});
