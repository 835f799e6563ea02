import {X509Certificate} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {Authority} from '../../src/certificates/authority.js';
import type {Certificate} from '../../src/certificates/authority.js';
import {weaklySigned} from '../router/support/test-authority.js';
import {until} from '../support/until.js';
import {TestPlatform} from './support/test-platform.js';

describe('domains and certificates', function () {
  this.timeout(60_000);
  let platform: TestPlatform;
  let folder: string;
  let own: Certificate;
  let foreign: Certificate;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dyno-authority-'));
    const authority = new Authority(join(folder, 'ca'), Date.now);
    own = await authority.certificateFor(['www.example.com', 'shop.example.com']);
    foreign = await authority.certificateFor(['other.example.com']);
  });
  after(() => rmSync(folder, {recursive: true, force: true}));
  beforeEach(async () => {
    platform = await TestPlatform.start();
    await platform.appWithCode('demo', {web: 'x'});
  });
  afterEach(() => platform.close());

  const add = (hostname: string, sni_endpoint: string | null = null) =>
    platform.call('POST', '/apps/demo/domains', {body: {hostname, sni_endpoint}});
  const addEndpoint = ({chain, privateKey}: Certificate) =>
    platform.call('POST', '/apps/demo/sni-endpoints', {body: {certificate_chain: chain, private_key: privateKey}});
  const spec = () => platform.us.app('demo')!;

  it('reach the router, in one spelling', async () => {
    expect((await add('WWW.Example.COM.')).body.hostname).to.equal('www.example.com');
    expect((await add('*.example.org')).status).to.equal(201);
    expect(spec().hosts).to.deep.equal(['demo.localhost', 'www.example.com', '*.example.org']);
    await platform.ok('DELETE', '/apps/demo/domains/www.example.com');
    expect(spec().hosts).to.deep.equal(['demo.localhost', '*.example.org']);
  });

  it('lists the default host first, as Heroku’s own', async () => {
    await add('www.example.com');
    const kinds = (await platform.ok('GET', '/apps/demo/domains')).map(({kind, hostname}: Record<string, string>) => [
      kind,
      hostname,
    ]);
    expect(kinds).to.deep.equal([
      ['heroku', 'demo.localhost'],
      ['custom', 'www.example.com'],
    ]);
  });

  it('refuses what is no host name, or somebody else’s', async () => {
    for (const name of [
      '',
      'localhost',
      'a b.com',
      '-a.com',
      'http://a.com',
      '1.2.3.4',
      'x'.repeat(300),
      'other.localhost',
      'a..b',
    ]) {
      expect((await add(name)).status, name).to.equal(422);
    }
    await platform.ok('POST', '/apps', {name: 'other'});
    await platform.ok('POST', '/apps/other/domains', {hostname: 'www.example.com', sni_endpoint: null});
    expect((await add('www.example.com')).body.message).to.include('already added');
    expect(spec().hosts).to.deep.equal(['demo.localhost']);
  });

  it('keeps a certificate and its key together, and shows the key to nobody', async () => {
    const made = await addEndpoint(own);
    expect(made.status).to.equal(201);
    expect(JSON.stringify(made.body)).not.to.include('PRIVATE KEY');
    expect(made.body.ssl_cert).to.deep.include({
      cert_domains: ['www.example.com', 'shop.example.com'],
      'self_signed?': false,
      subject: '/CN=www.example.com',
    });
    await add('www.example.com', made.body.name);
    const [certificate] = spec().certificates!;
    expect(certificate!.hosts).to.deep.equal(['www.example.com']);
    expect(certificate!.privateKey).to.include('PRIVATE KEY');
  });

  it('refuses a key of another certificate, broken PEM, and a chain that is none', async () => {
    const cases: [string, Certificate][] = [
      ["Key doesn't match", {chain: own.chain, privateKey: foreign.privateKey}],
      ['no PEM certificate', {chain: 'hello', privateKey: own.privateKey}],
      ['private key cannot be read', {chain: own.chain, privateKey: 'hello'}],
      [
        'signed none of the others',
        {
          chain: own.chain + foreign.chain.split('-----END')[0] + '-----END CERTIFICATE-----\n',
          privateKey: own.privateKey,
        },
      ],
    ];
    for (const [message, certificate] of cases) {
      const answer = await addEndpoint(certificate);
      expect(answer.status, message).to.equal(422);
      expect(answer.body.message).to.include(message);
    }
    expect(await platform.ok('GET', '/apps/demo/sni-endpoints')).to.deep.equal([]);
  });

  it('refuses a certificate that no TLS server could use', async () => {
    const {cert, key} = await weaklySigned('www.example.com');
    const answer = await addEndpoint({chain: cert, privateKey: key});
    expect(answer.status).to.equal(422);
    expect(answer.body.message).to.include('cannot be used for TLS');
  });

  it('gives every domain a certificate of the local authority while ACM is on', async () => {
    await add('www.example.com');
    await platform.ok('POST', '/apps/demo/acm');
    await add('later.example.com');
    await add('*.example.org');
    const domains = await platform.ok('GET', '/apps/demo/domains');
    expect(domains.slice(1).map((domain: {acm_status: string}) => domain.acm_status)).to.deep.equal([
      'cert issued',
      'cert issued',
      'failed',
    ]);
    const authority = new X509Certificate(await platform.running.context.authority.ensure());
    for (const {hosts, certificateChain} of spec().certificates!) {
      const certificate = new X509Certificate(certificateChain);
      expect(certificate.checkHost(hosts[0]!)).to.equal(hosts[0]);
      expect(certificate.verify(authority.publicKey)).to.equal(true);
    }
    await platform.ok('DELETE', '/apps/demo/acm');
    await until('no certificates', () => spec().certificates === undefined);
    expect((await platform.ok('GET', '/apps/demo')).acm).to.equal(false);
  });
});
