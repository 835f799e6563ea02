import {expect} from 'chai';
import {homeLayoutOf} from '../../src/model/home-layout.js';

describe('the home of an installation', () => {
  const rootOf = (env: object) => homeLayoutOf(env, '/home/me', (path) => path.replace(/^(?=[^/])/, '/work/')).root;

  it('is DYNO_HOME, seen from where the command runs', () => {
    expect(rootOf({DYNO_HOME: '/var/dyno/'})).to.equal('/var/dyno');
    expect(rootOf({DYNO_HOME: 'home', XDG_DATA_HOME: '/data'})).to.equal('/work/home');
  });

  it('lies among the data of the user without one; a relative XDG_DATA_HOME is ignored', () => {
    expect(rootOf({XDG_DATA_HOME: '/data'})).to.equal('/data/dyno');
    for (const env of [{}, {XDG_DATA_HOME: ''}, {XDG_DATA_HOME: 'data'}]) {
      expect(rootOf(env)).to.equal('/home/me/.local/share/dyno');
    }
  });
});
