import {connect} from 'node:net';
import {expect} from 'chai';
import {until} from '../support/until.js';
import {TestPlatform} from './support/test-platform.js';

describe('requests', function () {
  this.timeout(60_000);
  let platform: TestPlatform;

  before(async () => {
    platform = await TestPlatform.start();
    for (const name of ['app-c', 'app-a', 'app-b']) await platform.ok('POST', '/apps', {name});
  });
  after(() => platform.close());

  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  describe('credentials', () => {
    it('takes Bearer and Basic alike, with any name or none', async () => {
      const {token} = platform.running.context;
      for (const authorization of [`Bearer ${token}`, basic(`me@example.com:${token}`), basic(`:${token}`)]) {
        const answer = await platform.call('GET', '/account', {token: null, headers: {authorization}});
        expect(answer.status, authorization.slice(0, 6)).to.equal(200);
      }
    });

    it('refuses a wrong or missing token with 401 and tells nothing', async () => {
      for (const token of [null, 'wrong', '']) {
        const answer = await platform.call('GET', '/apps/app-a', {token});
        expect(answer.status).to.equal(401);
        expect(answer.body.id).to.equal('unauthorized');
      }
    });

    it('takes the token of an authorization until it is revoked', async () => {
      const made = await platform.ok('POST', '/oauth/authorizations', {scope: ['global']});
      const {token} = made.access_token;
      expect((await platform.call('GET', '/account', {token})).status).to.equal(200);
      await platform.ok('DELETE', `/oauth/authorizations/${made.id}`);
      expect((await platform.call('GET', '/account', {token})).status).to.equal(401);
    });
  });

  describe('host and origin', () => {
    it('answers to names of this machine only', async () => {
      const {request} = await import('node:http');
      const statusFor = (host: string) =>
        new Promise<number>((resolve, reject) => {
          const {token} = platform.running.context;
          const headers = {host, authorization: `Bearer ${token}`};
          request({host: '127.0.0.1', port: platform.port, path: '/account', headers}, (response) => {
            response.resume();
            resolve(response.statusCode!);
          })
            .on('error', reject)
            .end();
        });
      expect(await statusFor(`localhost:${platform.port}`)).to.equal(200);
      expect(await statusFor('localhost')).to.equal(200);
      expect(await statusFor('evil.example.com')).to.equal(403);
      expect(await statusFor(`evil.example.com:${platform.port}`)).to.equal(403);
      expect(await statusFor(`localhost:${platform.port + 1}`)).to.equal(403);
    });

    it('sends no CORS headers', async () => {
      const answer = await platform.call('GET', '/account', {headers: {origin: 'https://evil.example.com'}});
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).to.deep.equal([]);
    });
  });

  it('ignores the offer of another protocol, as curl --http2 and Java make it', async () => {
    const body = JSON.stringify({name: 'offered'});
    const head = [
      ...['POST /apps HTTP/1.1', `Host: localhost:${platform.port}`],
      ...[`Authorization: Bearer ${platform.running.context.token}`, `Content-Length: ${body.length}`],
      ...['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA'],
    ];
    const socket = connect(platform.port, '127.0.0.1').setNoDelay();
    let got = '';
    socket.on('data', (chunk: Buffer) => (got += chunk.toString()));
    socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 5)}`);
    socket.write(body.slice(5));
    await until('the app', () => got.includes('"name":"offered"'));
    expect(got).to.match(/^HTTP\/1.1 201 /);
    // The connection is of use for further requests.
    got = '';
    const next = head.map((line) =>
      line.replace('POST /apps', 'GET /apps/offered').replace(/-Length: .*/, '-Length: 0'),
    );
    socket.write(`${next.join('\r\n')}\r\n\r\n`);
    await until('the app again', () => got.includes('"name":"offered"'));
    expect(got).to.match(/^HTTP\/1.1 200 /);
    socket.destroy();
    await platform.ok('DELETE', '/apps/offered');
  });

  describe('errors', () => {
    it('names what was not found', async () => {
      const answer = await platform.call('GET', '/apps/nobody');
      expect(answer.status).to.equal(404);
      expect(answer.body).to.deep.equal({id: 'not_found', message: "Couldn't find that app.", resource: 'app'});
    });

    it('tells an unknown endpoint', async () => {
      const answer = await platform.call('GET', '/nothing/here');
      expect(answer.status).to.equal(404);
      expect(answer.body.message).to.include('The requested API endpoint was not found');
    });

    it('refuses what is no JSON, and what is no object', async () => {
      for (const body of ['{', '[]', '"x"', '7', 'null']) {
        const answer = await platform.call('POST', '/apps', {body});
        expect(answer.status, body).to.be.oneOf([400, 201]);
        if (body !== 'null') expect(answer.body.id, body).to.equal('bad_request');
      }
    });

    it('names the field that is wrong', async () => {
      const answer = await platform.call('PATCH', '/apps/app-a/formation', {body: {updates: [{quantity: 1}]}});
      expect(answer.status).to.equal(422);
      expect(answer.body).to.deep.equal({id: 'invalid_params', message: 'updates[0] must have type.'});
    });

    it('refuses a version that is not served', async () => {
      const accept = 'application/vnd.heroku+json; version=2';
      const answer = await platform.call('GET', '/account', {headers: {accept}});
      expect(answer.status).to.equal(406);
      expect(answer.body.id).to.equal('not_acceptable');
    });

    it('refuses a body that is too large', async () => {
      const answer = await platform.call('POST', '/apps', {body: {name: 'x'.repeat(2_000_000)}});
      expect(answer.status).to.equal(413);
      expect(answer.body.id).to.equal('request_entity_too_large');
    });
  });

  describe('etags', () => {
    it('answers 304 without a body to what the client has', async () => {
      const first = await platform.call('GET', '/apps/app-a');
      const etag = first.headers.get('etag')!;
      const again = await platform.call('GET', '/apps/app-a', {headers: {'if-none-match': etag}});
      expect(again.status).to.equal(304);
      expect(again.body).to.equal('');
      await platform.ok('PATCH', '/apps/app-a', {maintenance: true});
      const changed = await platform.call('GET', '/apps/app-a', {headers: {'if-none-match': etag}});
      expect(changed.status).to.equal(200);
    });
  });

  describe('ranges', () => {
    const names = (body: {name: string}[]) => body.map(({name}) => name);

    it('pages by name and names the next page', async () => {
      const first = await platform.call('GET', '/apps', {headers: {range: 'name ..; max=2'}});
      expect(first.status).to.equal(206);
      expect(names(first.body)).to.deep.equal(['app-a', 'app-b']);
      expect(first.headers.get('content-range')).to.equal('name app-a..app-b');
      const next = first.headers.get('next-range')!;
      expect(next).to.equal('name ]app-b..; max=2');
      const second = await platform.call('GET', '/apps', {headers: {range: next}});
      expect(names(second.body).slice(0, 1)).to.deep.equal(['app-c']);
    });

    it('loses nothing between pages, whatever the values, and stops where it was told to', async () => {
      const urls = Array.from({length: 5}, (_, index) => `https://logs.example.com/${'a..b%20;c.'.slice(index)}`);
      for (const url of urls) await platform.ok('POST', '/apps/app-c/log-drains', {url});
      // Those that were made within one second have one time.
      for (const range of ['url ..; max=2', 'created_at ..; max=2', 'url ..; max=3, order=desc', 'token ..; max=1']) {
        expect((await allPages('/apps/app-c/log-drains', range)).map(({url}) => url).sort(), range).to.deep.equal(
          urls.sort(),
        );
      }
      for (const value of ['1', '2', '3']) await platform.ok('PATCH', '/apps/app-c/config-vars', {PAGE: value});
      const releases = await allPages('/apps/app-c/releases', 'version 2..4; max=2');
      expect(releases.map(({version}) => version)).to.deep.equal([2, 3, 4]);
    });

    /** Follows Next-Range to the end, as clients do. */
    async function allPages(path: string, first: string): Promise<{url: string; version: number}[]> {
      const items = [];
      for (let range: string | null = first, pages = 0; range !== null; pages++) {
        expect(pages, `pages of ${first}`).to.be.lessThan(10);
        const answer = await platform.call('GET', path, {headers: {range}});
        expect(answer.status, range).to.be.oneOf([200, 206]);
        items.push(...answer.body);
        range = answer.headers.get('next-range');
      }
      return items;
    }

    it('orders releases from the newest', async () => {
      const range = 'version ..; max=1, order=desc';
      const answer = await platform.call('GET', '/apps/app-b/releases', {headers: {range}});
      expect(answer.body.map(({version}: {version: number}) => version)).to.deep.equal([2]);
      expect(answer.headers.get('next-range')).to.equal('version ]2..; max=1, order=desc');
    });

    it('takes the odd forms of clients', async () => {
      for (const range of ['id ..; max=1000;', '', 'version ..; order=desc,max=1', 'version ..; order=desc']) {
        expect((await platform.call('GET', '/apps/app-b/releases', {headers: {range}})).status).to.be.oneOf([200, 206]);
      }
    });

    it('refuses a range that cannot be', async () => {
      for (const range of ['color ..', 'name ..; max=x', 'name ..; order=up', 'name %z..', '???']) {
        const answer = await platform.call('GET', '/apps', {headers: {range}});
        expect(answer.status, range).to.equal(416);
        expect(answer.body.id).to.equal('requested_range_not_satisfiable');
      }
    });
  });

  describe('variants', () => {
    it('shows the generation as an object in 3 and as a word in 3.sdk', async () => {
      const plain = await platform.ok('GET', '/apps/app-a');
      expect(plain.generation).to.include({name: 'cedar'});
      const accept = 'application/vnd.heroku+json; version=3.sdk';
      expect((await platform.ok('GET', '/apps/app-a', undefined, {accept})).generation).to.equal('cedar');
    });
  });
});
