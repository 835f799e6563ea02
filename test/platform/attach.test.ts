import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {request} from 'node:http';
import {request as httpsRequest} from 'node:https';
import type {IncomingMessage} from 'node:http';
import type {Duplex} from 'node:stream';
import {connect} from 'node:tls';
import {expect} from 'chai';
import ssh2 from 'ssh2';
import {until} from '../support/until.js';
import {TestPlatform} from './support/test-platform.js';

describe('terminals', function () {
  this.timeout(60_000);
  let platform: TestPlatform;

  before(async () => {
    platform = await TestPlatform.start();
    await platform.appWithCode('demo', {web: 'x'});
  });
  after(() => platform.close());

  const authority = () => readFileSync(`${platform.home.ca}/ca.pem`, 'utf8');

  describe('by rendezvous', () => {
    const open = async (body = {}) => {
      const dyno = await platform.ok('POST', '/apps/demo/dynos', {command: 'bash', attach: true, ...body});
      return {dyno, url: new URL(dyno.attach_url)};
    };
    /** As the official CLI does it: certificate checked, secret first, chunks as they come. */
    const join = async (url: URL) => {
      const socket = connect({host: '127.0.0.1', port: Number(url.port), servername: 'localhost', ca: authority()});
      await once(socket, 'secureConnect');
      const chunks: string[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
      socket.write(`${url.pathname.slice(1)}${url.search}\r\n`);
      return {socket, chunks};
    };

    it('greets alone, then passes bytes both ways', async () => {
      const {url, dyno} = await open();
      expect(url.protocol).to.equal('rendezvous:');
      const {socket, chunks} = await join(url);
      await until('the terminal', () => chunks.length >= 2);
      expect(chunks.slice(0, 2)).to.deep.equal(['rendezvous\r\n', 'hello\n']);
      socket.write('ls\n');
      await until('the echo', () => chunks.join('').includes('ls\n'));
      expect(platform.us.calls('UPGRADE', new RegExp(`dynos/${dyno.name}/attach$`))).to.have.length(1);
      socket.destroy();
    });

    it('makes byte 4 the end of the input where there is no terminal', async () => {
      const {url} = await open({force_no_tty: true});
      const {socket, chunks} = await join(url);
      socket.write('input\u0004ignored');
      await once(socket, 'end');
      expect(chunks.join('')).to.equal('rendezvous\r\nhello\ninput');
      socket.destroy();
    });

    it('opens once, and to nobody else', async () => {
      const {url} = await open();
      const first = await join(url);
      await until('the greeting', () => first.chunks.length > 0);
      const second = await join(url);
      await once(second.socket, 'close');
      expect(second.chunks).to.deep.equal([]);
      const stranger = await join(new URL(url.href.replace(/\/[^/]+$/, '/00000000-0000-4000-8000-000000000000')));
      await once(stranger.socket, 'close');
      expect(stranger.chunks).to.deep.equal([]);
      first.socket.destroy();
    });

    it('passes size and kind of the terminal on', async () => {
      await open({env: {COLUMNS: 101, LINES: '33', TERM: 'xterm-256color'}});
      const [call] = platform.us.calls('POST', /\/dynos$/).slice(-1);
      expect(call!.body).to.deep.include({attach: {tty: {columns: 101, rows: 33, term: 'xterm-256color'}}});
    });
  });

  it('serves HTTPS on the same port', async () => {
    const options = {
      host: '127.0.0.1',
      port: platform.port,
      servername: 'localhost',
      ca: authority(),
      path: '/account',
    };
    const headers = {host: `localhost:${platform.port}`, authorization: `Bearer ${platform.running.context.token}`};
    const call = httpsRequest({...options, headers});
    call.end();
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).to.equal(200);
  });

  it('makes a URL for a command inside a dyno', async () => {
    const {attach_url: url} = await platform.ok('POST', '/apps/demo/dynos/web.1', {command: 'ls'});
    expect(url).to.match(/^rendezvous:/);
  });

  describe('by upgrade', () => {
    const upgrade = (path: string, headers = {}, token = platform.running.context.token) =>
      new Promise<{status: number; socket?: Duplex; headers: IncomingMessage['headers']; head?: Buffer}>(
        (resolve, reject) => {
          const call = request({
            ...{host: '127.0.0.1', port: platform.port, method: 'POST', path, agent: false},
            headers: {
              host: `localhost:${platform.port}`,
              authorization: `Bearer ${token}`,
              ...{connection: 'Upgrade', upgrade: 'dyno-session'},
              ...headers,
            },
          });
          call.on('upgrade', (response, socket: Duplex, head: Buffer) =>
            resolve({status: 101, socket, headers: response.headers, head}),
          );
          call.on('response', (response) => {
            response.resume();
            resolve({status: response.statusCode!, headers: response.headers});
          });
          call.on('error', reject);
          call.end();
        },
      );

    it('names the session and lets the client end its input first', async () => {
      const dyno = await platform.ok('POST', '/apps/demo/dynos', {command: 'bash', attach: true});
      const {socket, headers, head} = await upgrade(`/local/apps/demo/dynos/${dyno.name}/attach`);
      expect(headers['dyno-session']).to.equal('s-1');
      let text = head!.toString();
      socket!.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket!.end('last words');
      await once(socket!, 'end');
      expect(text).to.equal('hello\nlast words');
    });

    it('takes a command for a running dyno', async () => {
      const order = {command: 'ls', env: {}, tty: null};
      const header = Buffer.from(JSON.stringify(order)).toString('base64');
      const {status, socket} = await upgrade('/local/apps/demo/dynos/web.1/exec', {'dyno-exec': header});
      expect(status).to.equal(101);
      socket!.destroy();
      const [call] = platform.us.calls('UPGRADE', /exec$/).slice(-1);
      expect(JSON.parse(Buffer.from(String(call!.body), 'base64').toString())).to.deep.equal(order);
    });

    it('refuses a wrong token, an unknown app, an order that cannot be read', async () => {
      expect((await upgrade('/local/apps/demo/dynos/web.1/attach', {}, 'wrong')).status).to.equal(401);
      expect((await upgrade('/local/apps/nobody/dynos/web.1/attach')).status).to.equal(404);
      expect((await upgrade('/local/apps/demo/dynos/web.1/exec', {'dyno-exec': '%'})).status).to.equal(400);
      expect((await upgrade('/elsewhere')).status).to.equal(404);
    });
  });

  describe('in a private space, by ssh', () => {
    before(async () => {
      await platform.ok('POST', '/spaces', {name: 'acme', team: 'local'});
      await until('the space', async () => (await platform.ok('GET', '/spaces/acme')).state === 'allocated');
      await platform.ok('POST', '/teams/apps', {name: 'inside', space: 'acme'});
      await platform.deploy('inside', {web: 'x'});
    });

    const tunnel = async (): Promise<{status: number; socket?: Duplex}> => {
      const {attach_url: url} = await platform.ok('POST', '/apps/inside/dynos', {command: 'bash', attach: true});
      expect(url).to.match(/^https:\/\/localhost:\d+\/attach\//);
      const {pathname} = new URL(url);
      const call = httpsRequest({
        ...{host: '127.0.0.1', port: platform.port, path: pathname, rejectUnauthorized: false, agent: false},
        headers: {host: `localhost:${platform.port}`, connection: 'Upgrade', upgrade: 'tcp'},
      });
      call.end();
      return new Promise((resolve, reject) => {
        call.on('upgrade', (_response, socket: Duplex) => resolve({status: 101, socket}));
        call.on('response', (response) => {
          response.resume();
          resolve({status: response.statusCode!});
        });
        call.on('error', reject);
      });
    };

    it('runs the dyno’s terminal and answers its exit status', async () => {
      const {socket} = await tunnel();
      const client = new ssh2.Client();
      client.connect({sock: socket as never, username: 'anybody'});
      await once(client, 'ready');
      const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) => {
        client.shell({cols: 100, rows: 40, term: 'xterm'}, (error, stream) =>
          error ? reject(error) : resolve(stream),
        );
      });
      let text = '';
      channel.on('data', (chunk: Buffer) => (text += chunk.toString()));
      const exited = once(channel, 'exit');
      channel.end('typed');
      expect((await exited)[0]).to.equal(7);
      // The end of the input is told, as a terminal is not hung up by it.
      expect(text).to.equal('hello\ntyped\u0004');
      const [resize] = platform.runtimes.get('acme')!.calls('POST', /resize$/);
      expect(resize!.body).to.deep.equal({session: 's-1', columns: 100, rows: 40});
      client.end();
    });

    it('is still shown when its command is through before the client comes', async () => {
      const {name, id} = await platform.ok('POST', '/apps/inside/dynos', {command: 'true', attach: true});
      const {apps, oneOffs} = platform.runtimes.get('acme')!;
      for (const app of apps.keys()) oneOffs.delete(app);
      expect(await platform.ok('GET', '/apps/inside/dynos')).to.have.length(1);
      expect(await platform.ok('GET', `/apps/inside/dynos/${name}`)).to.include({id, state: 'starting'});
    });

    it('answers 403 to addresses outside of the trusted ranges', async () => {
      const rules = (sources: string[]) => ({rules: sources.map((source) => ({action: 'allow', source}))});
      await platform.ok('PUT', '/spaces/acme/inbound-ruleset', rules(['203.0.113.0/24']));
      expect((await tunnel()).status).to.equal(403);
      await platform.ok('PUT', '/spaces/acme/inbound-ruleset', rules(['127.0.0.0/8']));
      const {status, socket} = await tunnel();
      expect(status).to.equal(101);
      socket!.destroy();
    });
  });
});
