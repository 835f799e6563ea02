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

  it('has a socket for each runtime, at a path that fits and that no environment changes', () => {
    const socketOf = (root: string, env = {}) =>
      homeLayoutOf({DYNO_HOME: root, ...env}, '/home/me', String).runtime('us').socket;
    expect(socketOf('/var/dyno')).to.equal('/var/dyno/runtimes/us/socket');
    const long = `/${'x'.repeat(100)}`;
    expect(socketOf(long)).to.match(/^\/tmp\/dyno-[0-9a-f]{16}\/socket$/);
    const other = {XDG_RUNTIME_DIR: '/run/user/1000', TMPDIR: long};
    expect(socketOf(long, other)).to.equal(socketOf(long));
    expect(socketOf(`${long}y`)).not.to.equal(socketOf(long));
  });
});
