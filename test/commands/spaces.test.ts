import {expect} from 'chai';
import Curl from '../../commands/curl.js';
import SpacesCreate from '../../commands/spaces/create.js';
import SpacesDestroy from '../../commands/spaces/destroy.js';
import Spaces from '../../commands/spaces/index.js';
import SpacesInfo from '../../commands/spaces/info.js';
import SpacesNat from '../../commands/spaces/nat.js';
import SpacesPs from '../../commands/spaces/ps.js';
import SpacesRename from '../../commands/spaces/rename.js';
import SpacesTopology from '../../commands/spaces/topology.js';
import SpacesWait from '../../commands/spaces/wait.js';
import TrustedIpsAdd from '../../commands/trusted-ips/add.js';
import TrustedIps from '../../commands/trusted-ips/index.js';
import TrustedIpsProxiesAdd from '../../commands/trusted-ips/proxies/add.js';
import TrustedIpsProxies from '../../commands/trusted-ips/proxies/index.js';
import TrustedIpsProxiesRemove from '../../commands/trusted-ips/proxies/remove.js';
import TrustedIpsRemove from '../../commands/trusted-ips/remove.js';
import {app, dyno} from './support/api-objects.js';
import {CommandBench} from './support/run-command.js';

const space = (state: string) => ({
  cidr: '10.0.0.0/16',
  created_at: '2026-11-22T06:17:02Z',
  data_cidr: '172.23.0.0/20',
  id: 'space-id',
  name: 'acme',
  region: {id: 'r', name: 'virginia', description: 'Virginia, United States'},
  shield: false,
  state,
  team: {id: 't', name: 'local'},
});
const info = `=== acme

ID:           space-id
Team:         local
Region:       Virginia, United States
CIDR:         10.0.0.0/16
Data CIDR:    172.23.0.0/20
State:        allocated
Shield:       off
Outbound IPs: 203.0.113.1, 203.0.113.2
Created at:   2026-11-22T06:17:02Z
`;

describe('dyno spaces and trusted-ips', () => {
  let bench: CommandBench;
  beforeEach(async () => {
    bench = await CommandBench.open();
    bench.api
      .on('GET /teams', [{id: 't', name: 'local'}])
      .on('GET /spaces', [space('allocated')])
      .on('GET /spaces/acme', space('allocated'))
      .on('GET /spaces/space-id', space('allocated'))
      .on('GET /spaces/space-id/nat', {state: 'enabled', sources: ['203.0.113.1', '203.0.113.2']})
      .on('GET /spaces/acme/nat', {state: 'enabled', sources: ['203.0.113.1', '203.0.113.2']})
      .on('GET /spaces/acme/inbound-ruleset', {id: 'x', rules: [{action: 'allow', source: '0.0.0.0/0'}]})
      .on('PUT /spaces/acme/inbound-ruleset', {id: 'y', rules: [], applied: true});
  });
  afterEach(() => bench.close());

  it('lists, shows and waits', async () => {
    expect((await bench.run(Spaces)).stdout).to.equal(
      `Name  Team   Region    State      Created At
────  ─────  ────────  ─────────  ────────────────────
acme  local  virginia  allocated  2026-11-22T06:17:02Z
`,
    );
    expect((await bench.run(SpacesInfo, 'acme')).stdout).to.equal(info);
    const waited = await bench.run(SpacesWait, '--space', 'acme');
    expect(waited).to.deep.equal({stdout: info, stderr: 'Waiting for space acme to allocate... done\n', exitCode: 0});
    bench.api.on('GET /spaces', []);
    expect((await bench.run(Spaces)).stdout).to.equal('You have no private spaces.\n');
  });

  it('creates in the default team and waits for it, unless told not to', async () => {
    bench.api.on('POST /spaces', space('allocating'), 201);
    const {stdout, stderr} = await bench.run(SpacesCreate, 'acme', '--cidr', '10.0.0.0/16');
    expect(stderr).to.equal('Creating space acme in team local... done\n');
    expect(stdout).to.equal(info);
    expect(bench.api.bodyOf('POST /spaces')).to.deep.equal({
      name: 'acme',
      team: 'local',
      cidr: '10.0.0.0/16',
    });
    const early = await bench.run(SpacesCreate, 'acme', '--no-wait');
    expect(early.stdout).to.include('State:      allocating\n');
  });

  it('destroys only what is confirmed', async () => {
    bench.api.on('DELETE /spaces/space-id', space('deleting'));
    const refused = await bench.run(SpacesDestroy, 'acme');
    expect(refused.stderr).to.equal('Error: Confirmation required: acme.\nAdd --confirm acme\n');
    const {stderr} = await bench.run(SpacesDestroy, 'acme', '--confirm', 'acme');
    expect(stderr).to.equal('Destroying space acme... done\n');
  });

  it('renames', async () => {
    bench.api.on('PATCH /spaces/acme', space('allocated'));
    const {stderr} = await bench.run(SpacesRename, '--from', 'acme', '--to', 'other');
    expect(stderr).to.equal('Renaming space from acme to other... done\n');
    expect(bench.api.bodyOf('PATCH /spaces/acme')).to.deep.equal({name: 'other'});
  });

  it('lists dynos by app', async () => {
    bench.api.on('GET /spaces/acme/dynos', [
      {app_id: 'a', app_name: 'demo', dynos: [dyno('web.1', {size: 'Private-S'})]},
    ]);
    expect((await bench.run(SpacesPs, 'acme')).stdout).to.equal(
      '=== demo web (Private-S): node a.js (1)\n\nweb.1: up 2026/11/22 06:17:02 +0000\n\n',
    );
  });

  it('shows the topology by app name', async () => {
    const dynos = [2, 1].map((number) => ({
      id: `d${number}`,
      number,
      private_ip: `10.0.0.${number}`,
      hostname: `${number}.web.demo.app.localspace`,
    }));
    bench.api.on('GET /apps', [app('demo')]).on('GET /spaces/acme/topology', {
      version: 1,
      apps: [{id: 'id-of-demo', domains: ['demo.localhost'], formation: [{id: 'f', process_type: 'web', dynos}]}],
    });
    expect((await bench.run(SpacesTopology, 'acme')).stdout).to.equal(`=== demo (web)

Domains: demo.localhost
Dynos:   web.1 - 10.0.0.1 - 1.web.demo.app.localspace
         web.2 - 10.0.0.2 - 2.web.demo.app.localspace

`);
  });

  it('lists outbound addresses one a line', async () => {
    expect((await bench.run(SpacesNat, 'acme')).stdout).to.equal(
      'State:   enabled\nSources: 203.0.113.1\n         203.0.113.2\n',
    );
  });

  it('wants the name of a space', async () => {
    expect(await bench.run(SpacesInfo)).to.deep.equal({
      stdout: '',
      stderr: 'Error: Space name required: add --space NAME.\n',
      exitCode: 2,
    });
  });

  it('lists trusted ranges, and says what an empty list means', async () => {
    expect((await bench.run(TrustedIps, '-s', 'acme')).stdout).to.equal('=== Trusted IP Ranges\n\n0.0.0.0/0\n');
    bench.api.on('GET /spaces/acme/inbound-ruleset', {rules: []});
    expect((await bench.run(TrustedIps, 'acme')).stdout).to.equal(
      '=== acme has no trusted IP ranges. All inbound web requests to dynos are blocked.\n\n',
    );
  });

  it('adds to the list and removes from it, each time sending the whole', async () => {
    const added = await bench.run(TrustedIpsAdd, '-s', 'acme', '203.0.113.0/24');
    expect(added.stdout).to.equal(
      'Added 203.0.113.0/24 to trusted IP ranges on acme\nTrusted IP rules are applied to this space.\n',
    );
    expect(bench.api.requests.at(-1)!.body).to.deep.equal({
      rules: [
        {action: 'allow', source: '0.0.0.0/0'},
        {action: 'allow', source: '203.0.113.0/24'},
      ],
    });
    await bench.run(TrustedIpsRemove, '-s', 'acme', '0.0.0.0/0');
    expect(bench.api.requests.at(-1)!.body).to.deep.equal({rules: []});
  });

  it('refuses a range twice and one that is not there', async () => {
    const twice = await bench.run(TrustedIpsAdd, '-s', 'acme', '0.0.0.0/0');
    expect(twice).to.deep.equal({stdout: '', stderr: 'Error: A rule already exists for 0.0.0.0/0.\n', exitCode: 1});
    const absent = await bench.run(TrustedIpsRemove, '-s', 'acme', '10.0.0.0/8');
    expect(absent.stderr).to.equal('Error: No IP range matching 10.0.0.0/8 was found.\n');
    bench.api.on('GET /spaces/acme/inbound-ruleset', {rules: []});
    const empty = await bench.run(TrustedIpsRemove, '-s', 'acme', '10.0.0.0/8');
    expect(empty.stderr).to.equal('Error: No IP ranges are configured. Nothing to do.\n');
    expect(bench.api.calls.filter((call) => call.startsWith('PUT'))).to.deep.equal([]);
  });

  it('lists proxies, adds and removes them, each time sending the whole', async () => {
    bench.api
      .on('GET /local/spaces/acme/proxies', {proxies: ['192.0.2.1']})
      .on('PUT /local/spaces/acme/proxies', {proxies: []});
    expect((await bench.run(TrustedIpsProxies, 'acme')).stdout).to.equal('=== Proxies\n\n192.0.2.1\n');
    const added = await bench.run(TrustedIpsProxiesAdd, '-s', 'acme', '192.0.2.2');
    expect(added.stdout).to.equal(
      'Added 192.0.2.2 to the proxies of acme\nFrom now on connections from there have to begin with a PROXY protocol header.\n',
    );
    expect(bench.api.requests.at(-1)!.body).to.deep.equal({proxies: ['192.0.2.1', '192.0.2.2']});
    const removed = await bench.run(TrustedIpsProxiesRemove, '-s', 'acme', '192.0.2.1');
    expect(removed.stdout).to.equal('Removed 192.0.2.1 from the proxies of acme\n');
    expect(bench.api.requests.at(-1)!.body).to.deep.equal({proxies: []});
    const absent = await bench.run(TrustedIpsProxiesRemove, '-s', 'acme', '192.0.2.9');
    expect(absent).to.deep.equal({stdout: '', stderr: 'Error: No proxy 192.0.2.9 was found.\n', exitCode: 1});
    bench.api.on('GET /local/spaces/acme/proxies', {proxies: []});
    expect((await bench.run(TrustedIpsProxies, 'acme')).stdout).to.equal(
      '=== acme has no proxies: clients connect by themselves.\n\n',
    );
  });

  it('shows an answer as it came to a client at another address', async () => {
    bench.api.on('POST /local/visits', {
      from: '203.0.113.9',
      url: 'http://demo.localhost:7790/',
      version: '1.1',
      status: 403,
      reason: 'Forbidden',
      headers: [
        ['Server', 'Heroku'],
        ['Connection', 'close'],
      ],
      body: Buffer.from('403 Forbidden\n').toString('base64'),
      truncated: false,
    });
    const order = ['--from', '203.0.113.9', 'demo.localhost:7790', '-H', 'A: b:c', '-d', 'hi'];
    expect((await bench.run(Curl, ...order)).stdout).to.equal(
      'HTTP/1.1 403 Forbidden\nServer: Heroku\nConnection: close\n\n403 Forbidden\n',
    );
    expect(bench.api.bodyOf('POST /local/visits')).to.deep.equal({
      from: '203.0.113.9',
      url: 'http://demo.localhost:7790',
      method: 'POST',
      headers: [['A', 'b:c']],
      body: 'hi',
    });
    const json = JSON.parse((await bench.run(Curl, ...order, '--json')).stdout) as {body: string};
    expect(json.body).to.equal('403 Forbidden\n');
    const bad = await bench.run(Curl, 'demo.localhost', '-H', 'nonsense');
    expect(bad).to.deep.equal({
      stdout: '',
      stderr: "Error: nonsense is no header. Form: -H 'Name: value'\n",
      exitCode: 2,
    });
  });
});
