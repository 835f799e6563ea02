import {expect} from 'chai';
import {imageCommand, prepareDockerfile} from '../../../src/engine/docker/dockerfile.js';

describe('Dockerfiles', () => {
  it('get labels and authorities in every stage, and stay as they are otherwise', () => {
    const text = [
      '# syntax',
      'FROM node:20 AS build',
      'RUN npm ci \\',
      '  && FROM_IS=a-word',
      'from \\',
      '  alpine',
      'CMD x',
    ];
    const ca = {file: 'ca.crt', environment: {NODE_EXTRA_CA_CERTS: '/ca.crt', SSL_CERT_FILE: '/ca.crt'}};
    const added = [
      'LABEL a="1" b="two \\"words\\""',
      'COPY ca.crt /ca.crt',
      'ARG NODE_EXTRA_CA_CERTS=/ca.crt',
      'ARG SSL_CERT_FILE=/ca.crt',
    ];
    expect(prepareDockerfile(text.join('\n'), {a: '1', b: 'two "words"'}, ca).split('\n')).to.deep.equal([
      ...text.slice(0, 2),
      ...added,
      ...text.slice(2, 6),
      ...added,
      ...text.slice(6),
    ]);
  });

  it('need nothing copied where there are no authorities of this machine', () => {
    expect(prepareDockerfile('FROM a\r\nCMD b', {x: '1'}, null)).to.equal('FROM a\nLABEL x="1"\nCMD b');
  });
});

describe('command of an image', () => {
  it('is what a shell runs like ENTRYPOINT and CMD', () => {
    expect(imageCommand(null, ['/bin/sh', '-c', 'node server.js $X'])).to.equal('node server.js $X');
    expect(imageCommand(['/app/run'], ['--port', '80'])).to.equal('/app/run --port 80');
    expect(imageCommand(null, ['echo', "it's", 'a b'])).to.equal(`echo 'it'\\''s' 'a b'`);
    expect(imageCommand(['/.dyno/init'], ['bash', 'run.sh'])).to.equal('bash run.sh');
    expect(imageCommand(null, null)).to.equal(null);
    expect(imageCommand([], [])).to.equal(null);
  });
});
