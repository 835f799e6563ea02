import {expect} from 'chai';
import {DynoError} from '../../src/model/error.js';
import {parseHerokuYml} from '../../src/platform/builds/heroku-yml.js';

describe('heroku.yml', () => {
  it('says which Dockerfile, with which arguments, and what to run', () => {
    const text = `
build:
  docker:
    web: deploy/Dockerfile
    worker: {dockerfile: deploy/Dockerfile}
  config: {RAILS_ENV: production, N: 3}
release:
  image: web
  command: [./migrate, --all]
run:
  web: node web.js
  worker: {command: [node, worker.js], image: worker}
`;
    expect(parseHerokuYml(text)).to.deep.equal({
      dockerfile: {path: 'deploy/Dockerfile', args: {RAILS_ENV: 'production', N: '3'}},
      processTypes: {web: 'node web.js', worker: 'node worker.js', release: './migrate --all'},
    });
  });

  it('leaves the command to the image when nothing is to run', () => {
    expect(parseHerokuYml('build: {docker: {web: {dockerfile: D, target: prod}}}')).to.deep.equal({
      dockerfile: {path: 'D', target: 'prod', args: {}},
      processTypes: null,
    });
  });

  it('says what is wrong with it', () => {
    for (const [text, reason] of [
      ['build: {docker: {}}', 'build.docker names no Dockerfile'],
      ['build: [1]', 'build is not a map'],
      ['run: {web: x}', 'build is not a map'],
      ['build: {docker: {web: A, worker: B}}', 'another image'],
      ['build: {docker: {web: A}}\nrun: {web: {image: web}}', 'run.web has no command'],
      ['a: [', 'cannot be used'],
    ] as const) {
      expect(() => parseHerokuYml(text), text).to.throw(DynoError, reason);
    }
  });
});
