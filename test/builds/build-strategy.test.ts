import {expect} from 'chai';
import {chooseStrategy} from '../../src/platform/builds/build-strategy.js';

describe('the strategy of a build', () => {
  it('is buildpacks wherever they can explain the source', () => {
    for (const texts of [{Procfile: ''}, {'package.json': '{}'}, {Procfile: '', Dockerfile: ''}, {}]) {
      expect(chooseStrategy('heroku-24', [], texts)).to.deep.equal({kind: 'buildpacks'});
    }
    expect(chooseStrategy('heroku-24', ['/pack'], {Dockerfile: ''})).to.deep.equal({kind: 'buildpacks'});
  });

  it('is the Dockerfile where nothing else explains the source', () => {
    expect(chooseStrategy('heroku-24', [], {Dockerfile: ''})).to.have.property('kind', 'dockerfile');
  });

  it('follows heroku.yml, then the Dockerfile, on the stack container', () => {
    const yml = 'build: {docker: {web: D}}\nrun: {web: x}';
    expect(chooseStrategy('container', [], {'heroku.yml': yml, Dockerfile: '', Procfile: 'web: y'})).to.deep.equal({
      kind: 'dockerfile',
      dockerfile: {path: 'D', args: {}},
      processTypes: {web: 'x'},
    });
    expect(chooseStrategy('container', [], {Dockerfile: '', Procfile: ''})).to.have.property('kind', 'dockerfile');
    expect(() => chooseStrategy('container', [], {Procfile: ''})).to.throw('neither heroku.yml nor Dockerfile');
  });
});
