import {expect} from 'chai';
import {execFile} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {buffer} from 'node:stream/consumers';
import type {NetworkInfo} from '../../src/engine/docker/space/bridge.js';
import {plain} from '../../src/engine/docker/space/net-helper.js';
import type {EngineDyno} from '../../src/engine/engine.js';
import {formatAddress, parseSubnet} from '../../src/model/subnets.js';
import {describeDocker} from '../support/docker.js';
import {
  cells,
  type Exit,
  exits,
  exitTable,
  expected,
  expectedExit,
  matrixTable,
  parties,
  type Party,
  targets,
  type Verdict,
  type Way,
} from './expected.js';
import {Netns} from './netns.js';
import {hostPeer, OTHER_PORT, peerScript, type Probe, probeLines, readResults, UDP_PORT, whyNoPeers} from './peers.js';
import {hostAddresses, probeCommand, World} from './world.js';

/** What is closed does not answer: each such probe takes this long, all of a party at once. */
const SECONDS = 4;
const PORTS: Record<string, number> = {
  'us-a': 21001,
  'us-b': 21002,
  'eu-c': 21003,
  'acme-d': 21004,
  'acme-e': 21005,
  'beta-f': 21006,
  'beta-g': 21007,
  'acme-data': 21008,
};
const HOST_PORT = 21100;
const OUTSIDE_PORT = 21200;

describeDocker('isolation matrix', function () {
  this.timeout(180_000);
  const world = new World();
  const dynos = new Map<string, EngineDyno>();
  const dataId = randomUUID();
  let dataAddress: string;
  let outside: Netns;
  let host: {close: () => Promise<void>};
  const results = new Map<string, Map<string, string>>();

  before(async function () {
    const reason = whyNoPeers();
    if (reason) {
      console.log(`      skipped, ${reason}`);
      this.skip();
    }
    await Promise.all([world.region('us'), world.region('eu')]);
    await Promise.all([world.space('acme'), world.space('beta')]);
    await world.importImage();
    for (const {name, kind, runtime, title} of parties) {
      if (kind !== 'common' && kind !== 'space') continue;
      const [, app, dyno] = /app (\w), (\w+\.\d)/.exec(title)!;
      dynos.set(name, await world.startPeer(runtime, name, app!, dyno!, PORTS[name]!));
    }
    ({address: dataAddress} = await world.ensureData(
      'acme',
      'acme-data',
      PORTS['acme-data']!,
      dataId,
      'db.data.localspace',
    ));
    outside = await Netns.beside();
    outside.start('/usr/bin/perl', [peerScript, 'serve', 'outside', `${OUTSIDE_PORT}`, '21201', '21202']);
    host = hostPeer('host', HOST_PORT);
    for (const half of [parties.slice(0, 5), parties.slice(5)]) {
      await Promise.all(half.map(async (from) => results.set(from.name, await probeFrom(from))));
    }
  });

  after(async () => {
    await host?.close();
    await outside?.close();
    expect(await world.close()).to.deep.equal([]);
  });

  it('has at least 120 cells, all asked', () => {
    expect(cells().length).to.be.at.least(120);
    for (const {from, to, way} of cells())
      expect(found(from, to, way), `${from.name} ${to.name} ${way}`).to.be.a('string');
  });

  for (const from of parties) {
    it(`lets ${from.title} reach what it may, and nothing else`, () => {
      const wrong = cells()
        .filter((cell) => cell.from === from && verdict(cell.from, cell.to, cell.way) !== cell.verdict)
        .map(({to, way, verdict: wanted}) => `${to.name} ${way}: ${wanted} expected, but ${found(from, to, way)}`);
      expect(wrong).to.deep.equal([]);
    });
  }

  it('lets runtimes out where they may go, so that what is closed is closed by a rule', () => {
    const wrong = parties.flatMap((from) =>
      (Object.keys(exits) as Exit[])
        .filter(
          (exit) => expectedExit(from, exit) !== 'not asked' && exitVerdict(from, exit) !== expectedExit(from, exit),
        )
        .map((exit) => `${from.name} ${exit}: ${results.get(from.name)!.get(`exit-${exit}`)}`),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('is written down', () => {
    const path = process.env.DYNO_ISOLATION_TABLES;
    const asked = (from: Party, to: Party, way: Way): Verdict =>
      expected(from, to, way) === 'not asked' ? 'not asked' : verdict(from, to, way);
    const askedExit = (from: Party, exit: Exit): Verdict =>
      expectedExit(from, exit) === 'not asked' ? 'not asked' : exitVerdict(from, exit);
    const page = `${matrixTable(asked)}\n\n${exitTable(askedExit)}\n`;
    if (path) writeFileSync(path, page);
    expect(page).to.include('**yes**');
  });

  const addressOf = (party: Party): string => (party.kind === 'data' ? dataAddress : dynos.get(party.name)!.address!);

  function verdict(from: Party, to: Party, way: Way): Verdict {
    return found(from, to, way)?.startsWith('open') ? 'allowed' : 'denied';
  }

  function exitVerdict(from: Party, exit: Exit): Verdict {
    return results.get(from.name)!.get(`exit-${exit}`)?.startsWith('open') ? 'allowed' : 'denied';
  }

  /** One result of a cell: an open one if any of its probes was let through to the right party. */
  function found(from: Party, to: Party, way: Way): string | undefined {
    const all = [...results.get(from.name)!]
      .filter(([id]) => id.split('/')[0] === `${to.name}:${way}`)
      .map(([, said]) => said);
    return all.find((said) => said.startsWith('open') && answers(said, to, way)) ?? all[0];
  }

  /** A port that another party answers on is no way to this one. */
  function answers(said: string, to: Party, way: Way): boolean {
    if (way === 'ping' || way === 'raw') return true;
    return said.split(' ')[1] === (way === 'dns' ? addressOf(to) : to.name);
  }

  async function probeFrom(from: Party): Promise<Map<string, string>> {
    const lines = await probesOf(from);
    if (from.kind === 'outside') {
      return readResults(await outside.exec('/usr/bin/perl', [peerScript, 'probe', `${SECONDS}`], probeLines(lines)));
    }
    if (from.kind === 'host') return readResults(await onHost(lines));
    if (from.kind === 'data')
      return readResults(await inContainer(await world.dataContainer(dataId, 'data'), probeCommand(lines, SECONDS)));
    return world.probe(from.runtime, dynos.get(from.name)!, lines, SECONDS);
  }

  async function probesOf(from: Party): Promise<Probe[]> {
    const gateway = from.runtime ? await gatewayOf(from.runtime) : undefined;
    const doors = [...new Set([...(gateway ? [gateway] : []), ...hostAddresses(), world.partnerAddress])];
    const device = async (to: Party) => (from.kind === 'host' ? bridgeOf(to.runtime) : 'eth0');
    const lines: Probe[] = [];
    for (const to of targets) {
      if (to === from) continue;
      const cell = (way: Way, kind: Probe['kind'], address: string, port?: number, suffix = ''): void => {
        lines.push({id: `${to.name}:${way}${suffix}`, kind, address, ...(port === undefined ? {} : {port})});
      };
      const [address, port] = [addressOf(to), PORTS[to.name]!];
      cell('port', 'tcp', address, port);
      cell('other', 'tcp', address, OTHER_PORT);
      cell('udp', 'udp', address, UDP_PORT);
      cell('ping', 'ping', address);
      cell('dns', 'dns', nameOf(to));
      cell('v6', 'tcp6', `${linkLocal(await macOf(to))}%${await device(to)}`, port);
      doors.forEach((door, n) => cell('published', 'tcp', door, port, `/${n}`));
      if (from.kind !== 'host') cell('raw', 'raw', address);
    }
    lines.push({id: 'exit-internet', kind: 'tcp', address: outside.address, port: OUTSIDE_PORT});
    lines.push({id: 'exit-edge', kind: 'tcp', address: world.partnerAddress, port: HOST_PORT});
    if (gateway) lines.push({id: 'exit-gateway', kind: 'tcp', address: gateway, port: HOST_PORT});
    return lines;
  }

  function nameOf({title, kind}: Party): string {
    if (kind === 'data') return 'db.data.localspace';
    const [, app, type, number] = /app (\w), (\w+)\.(\d)/.exec(title)!;
    return `${number}.${type}.${app}.app.localspace`;
  }

  async function gatewayOf(runtime: string): Promise<string> {
    const {IPAM} = (await world.docker.getNetwork(world.networkName(runtime)).inspect()) as NetworkInfo;
    return formatAddress(parseSubnet(IPAM!.Config![0]!.Subnet!)!.first + 1);
  }

  async function bridgeOf(runtime: string): Promise<string> {
    const {Id, Options} = (await world.docker.getNetwork(world.networkName(runtime)).inspect()) as NetworkInfo;
    return Options?.['com.docker.network.bridge.name'] ?? `br-${Id.slice(0, 12)}`;
  }

  async function macOf(to: Party): Promise<string> {
    const id = to.kind === 'data' ? await world.dataContainer(dataId, 'data-net') : dynos.get(to.name)!.engineId;
    const {NetworkSettings} = await world.docker.getContainer(id).inspect();
    return Object.values(NetworkSettings.Networks)[0]!.MacAddress;
  }

  async function inContainer(id: string, command: string): Promise<string> {
    const exec = await world.docker
      .getContainer(id)
      .exec({Cmd: ['bash', '-c', command], AttachStdout: true, AttachStderr: true, User: '1000:1000'});
    return plain(await buffer(await exec.start({hijack: true})));
  }
});

/** The address that every interface with IPv6 gives itself. */
function linkLocal(mac: string): string {
  const [a, b, c, d, e, f] = mac.split(':').map((byte) => Number.parseInt(byte, 16)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const word = (high: number, low: number) => ((high << 8) | low).toString(16);
  return `fe80::${word(a ^ 2, b)}:${word(c, 0xff)}:${word(0xfe, d)}:${word(e, f)}`;
}

function onHost(lines: readonly Probe[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const environment = {...process.env, RES_OPTIONS: 'timeout:1 attempts:1'};
    const child = execFile('/usr/bin/perl', [peerScript, 'probe', `${SECONDS}`], {env: environment}, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
    child.stdin!.on('error', () => undefined).end(probeLines(lines));
  });
}
