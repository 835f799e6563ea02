import {expect} from 'chai';
import {chooseStrategy} from '../../src/platform/builds/build-strategy.js';

describe('the strategy of a build', () => {
  it('is buildpacks wherever they can explain the source', async () => {
    for (const texts of [{Procfile: ''}, {'package.json': '{}'}, {Procfile: '', Dockerfile: ''}, {}]) {
      expect(await chooseStrategy('heroku-24', [], texts)).to.deep.equal({kind: 'buildpacks'});
    }
    expect(await chooseStrategy('heroku-24', ['/pack'], {Dockerfile: ''})).to.deep.equal({kind: 'buildpacks'});
  });

  it('is the Dockerfile where nothing else explains the source', async () => {
    expect(await chooseStrategy('heroku-24', [], {Dockerfile: ''})).to.have.property('kind', 'dockerfile');
  });

  it('follows heroku.yml, then the Dockerfile, on the stack container', async () => {
    const yml = 'build: {docker: {web: D}}\nrun: {web: x}';
    expect(
      await chooseStrategy('container', [], {'heroku.yml': yml, Dockerfile: '', Procfile: 'web: y'}),
    ).to.deep.equal({
      kind: 'dockerfile',
      dockerfile: {path: 'D', args: {}},
      processTypes: {web: 'x'},
    });
    expect(await chooseStrategy('container', [], {Dockerfile: '', Procfile: ''})).to.have.property(
      'kind',
      'dockerfile',
    );
    const refused = await chooseStrategy('container', [], {Procfile: ''}).catch((error: Error) => error);
    expect(refused).to.be.an('error').with.property('message').that.contains('neither heroku.yml nor Dockerfile');
  });
});
