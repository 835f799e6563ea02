import {expect} from 'chai';
import {checkNewDrain, maskDrainUrl, needsNoResolver, parseDrainUrl} from '../../src/model/drain.js';
import {DynoError} from '../../src/model/error.js';

function refusal(action: () => unknown): DynoError {
  try {
    action();
  } catch (error) {
    if (error instanceof DynoError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('parseDrainUrl', () => {
  it('knows four kinds and their ports', () => {
    const ports = ['http://h', 'https://h/', 'syslog://h', 'syslog+tls://h', 'SYSLOG+TLS://h'].map((url) => {
      const {kind, port, explicitPort} = parseDrainUrl(url);
      return [kind, port, explicitPort];
    });
    expect(ports).to.deep.equal([
      ['http', 80, false],
      ['https', 443, false],
      ['syslog', 601, false],
      ['syslog+tls', 6514, false],
      ['syslog+tls', 6514, false],
    ]);
  });

  it('keeps a port that the URL names, also the usual one', () => {
    expect(parseDrainUrl('http://h:80/x')).to.include({port: 80, explicitPort: true, path: '/x'});
    expect(parseDrainUrl('syslog://h:1234')).to.include({port: 1234, explicitPort: true});
    expect(parseDrainUrl('https://u:pass@h/a:9')).to.include({port: 443, explicitPort: false, path: '/a:9'});
    expect(parseDrainUrl('https://[::1]:8443/')).to.include({host: '::1', port: 8443});
    expect(parseDrainUrl('https://[::1]/')).to.include({host: '::1', port: 443, explicitPort: false});
  });

  it('takes path and query, and credentials as basic authorization', () => {
    expect(parseDrainUrl('https://us%40er:p:w@logs.example.test?a=1&b=%20')).to.include({
      host: 'logs.example.test',
      path: '/?a=1&b=%20',
      authorization: `Basic ${Buffer.from('us@er:p:w').toString('base64')}`,
    });
    expect(parseDrainUrl('https://100%@h/').authorization).to.equal(`Basic ${Buffer.from('100%:').toString('base64')}`);
    expect(parseDrainUrl('https://h/').authorization).to.equal(null);
  });

  it('trusts any certificate only where the URL says so', () => {
    expect(parseDrainUrl('syslog+tls://h:1#insecure').insecure).to.equal(true);
    expect(parseDrainUrl('syslog+tls://h:1').insecure).to.equal(false);
  });

  for (const [url, reason] of [
    ['ftp://h/', 'a drain cannot speak ftp'],
    ['udpsyslog://h', 'a drain cannot speak udpsyslog'],
    ['h:514', 'it is not a URL'],
    ['', 'it is not a URL'],
    ['https://', 'it names no host'],
    ['https:///path', 'it names no host'],
    ['syslog://h:99999', 'its host or port is malformed'],
    ['syslog://h:0', 'its port is 0'],
    ['https://a b/', 'its host or port is malformed'],
    ['https://u:a/b@h/', 'a /, ? or # in its user or password has to be written as %2F, %3F or %23'],
  ] as const) {
    it(`refuses ${JSON.stringify(url)}: ${reason}`, () => {
      const error = refusal(() => parseDrainUrl(url));
      expect(error.code).to.equal('drain_url_invalid');
      expect(error.message).to.contain(reason);
      expect(error.status).to.equal(422);
    });
  }

  it('shows no credentials when it refuses', () => {
    for (const url of [
      'ftp://user:geheim@h/',
      'https://user:a/geheim@h/',
      'https://user:a?@geheim@h/',
      'ftp://u:#geheim@h',
    ])
      expect(refusal(() => parseDrainUrl(url)).message).not.to.contain('geheim');
  });
});

describe('maskDrainUrl', () => {
  it('hides credentials, and only them', () => {
    expect(maskDrainUrl('https://user:secret@h:1/p?q#insecure')).to.equal('https://****@h:1/p?q#insecure');
    expect(maskDrainUrl('syslog+tls://token@h')).to.equal('syslog+tls://****@h');
    expect(maskDrainUrl('https://h/a@b')).to.equal('https://h/a@b');
    expect(maskDrainUrl('https://u:p@ss@h/')).to.equal('https://****@h/');
    for (const sign of '/?#') {
      expect(maskDrainUrl(`https://u:p${sign}w@h/`)).to.equal('https://****@h/');
      expect(maskDrainUrl(`https://u:p@s${sign}w@h/`)).to.equal('https://****@h/');
    }
  });

  it('hides whole what is no URL', () => {
    expect(maskDrainUrl('user:secret@h')).to.equal('****');
  });
});

describe('needsNoResolver', () => {
  for (const host of ['127.0.0.1', '::1', 'localhost', 'demo.localhost', 'a.b.LOCALHOST.'])
    it(`is so of ${host}`, () => expect(needsNoResolver(host)).to.equal(true));

  for (const host of ['logs.example.test', 'notlocalhost', 'localhost.example.test', '1.2.3.example.test'])
    it(`is not so of ${host}`, () => expect(needsNoResolver(host)).to.equal(false));
});

describe('checkNewDrain', () => {
  const urls = [1, 2, 3, 4].map((n) => `https://h${n}/`);

  it('takes a fifth, and refuses a sixth', () => {
    expect(checkNewDrain(urls, 'syslog://h').kind).to.equal('syslog');
    const error = refusal(() => checkNewDrain([...urls, 'https://h5/'], 'https://h6/'));
    expect(error).to.include({code: 'drain_limit', status: 422});
    expect(error.message).to.equal('You have already added the maximum number of drains allowed');
  });

  it('refuses one that is there', () => {
    expect(refusal(() => checkNewDrain(urls, 'https://h2/')).code).to.equal('drain_taken');
  });
});
