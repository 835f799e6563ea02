import {randomUUID} from 'node:crypto';
import {expect} from 'chai';
import Docker from 'dockerode';
import {DockerEngine} from '../../../src/engine/docker/docker-engine.js';
import type {BuildResult, BuildSpec} from '../../../src/engine/engine.js';
import type {DynoError} from '../../../src/model/error.js';
import {collectGarbage} from '../../support/collect-garbage.js';
import {Rig} from '../contract/rig.js';
import {ownedBy} from './owned-by.js';

describe('docker engine: Dockerfile builds', function () {
  this.timeout(180_000);
  const rig = new Rig({make: (identity) => new DockerEngine({...identity, stackImage: 'host'}), leftovers: ownedBy});
  const docker = new Docker();

  before(() => rig.open());
  after(async () => expect(await rig.close()).to.deep.equal([]));

  it('obey .dockerignore, target and arguments, and see this machine’s authorities', async () => {
    const {result, said} = await build(
      {
        'docker/app.Dockerfile': [
          `FROM ${rig.image} AS first`,
          'ARG NAME=nobody',
          'COPY . .',
          'RUN ls -A > listing && echo $NAME >> listing && ls ${NODE_EXTRA_CA_CERTS:-/dev/null} >> listing',
          'CMD cat listing',
          'FROM first AS second',
          'RUN echo never built && false',
        ].join('\n'),
        '.dockerignore': 'secret*\n',
        'secret.txt': 'no',
        'public.txt': 'yes',
      },
      {path: 'docker/app.Dockerfile', target: 'first', args: {NAME: 'somebody'}},
    );
    expect(result.defaultTypes).to.deep.equal({web: 'cat listing'});
    const {output} = await rig.run('cat listing', {image: result.image});
    expect(output.stdout).to.include('public.txt\n').and.to.include('somebody\n').and.not.include('secret');
    expect(said)
      .to.match(/^=== Building web \(docker\/app.Dockerfile\)\n/)
      .and.to.include('Step 1/');
    await rig.engine.removeImage(result.image);
  });

  it('need a Dockerfile that is there and makes sense', async () => {
    const missing = await failureOf(build({'a.txt': ''}, {path: 'Dockerfile', args: {}}));
    expect(missing.message).to.equal('Build failed: there is no Dockerfile');
    const nonsense = await failureOf(build({Dockerfile: 'FORM nothing\n'}, {path: 'Dockerfile', args: {}}));
    expect(nonsense.code).to.equal('build_failed');
    expect(nonsense.message).to.match(/FORM|unknown instruction|no build stage/i);
  });

  it('end when they are cancelled, with their containers', async () => {
    const stop = new AbortController();
    const files = {Dockerfile: `FROM ${rig.image}\nRUN while :; do echo sleeping; sleep 1; done\n`};
    const failure = await failureOf(
      build(files, {path: 'Dockerfile', args: {}}, (text) => text.includes('sleeping\n') && stop.abort(), stop.signal),
    );
    expect(failure.message).to.equal('Build failed: it was cancelled');
    const late = await failureOf(build(files, {path: 'Dockerfile', args: {}}, collectGarbage, undefined, 2500));
    expect(late.message).to.equal('Build failed: it took too long');
    expect((await ownedBy(rig.owner)).filter((thing) => thing.startsWith('container'))).to.deep.equal([]);
  });

  it('leave layers and steps that go with the build cache', async () => {
    const files = {Dockerfile: `FROM ${rig.image}\nRUN echo ${randomUUID()} > layer\nRUN exit 7\n`};
    const failure = await failureOf(build(files, {path: 'Dockerfile', args: {}}));
    expect(failure.message).to.match(/returned a non-zero code: 7/);
    const filters = {label: [`dyno.owner=${rig.owner}`, 'dyno.kind=build-layer']};
    const layers = () => docker.listImages({all: true, filters});
    const steps = () => docker.listContainers({all: true, filters});
    expect(await layers()).to.not.deep.equal([]);
    // What a Docker that is killed in the middle of a build leaves: it has the labels of its layer.
    await docker.createContainer({Image: (await layers())[0]!.Id, Cmd: ['true']});
    expect(await steps()).to.have.length(1);
    await rig.engine.removeBuildCache(rig.appId);
    expect([...(await steps()), ...(await layers())]).to.deep.equal([]);
  });

  async function build(
    files: Record<string, string>,
    dockerfile: NonNullable<BuildSpec['dockerfile']>,
    onOutput: (text: string) => unknown = () => undefined,
    signal?: AbortSignal,
    timeoutMs = 60_000,
  ): Promise<{result: BuildResult; said: string}> {
    let said = '';
    const source = rig.packSource(files);
    const spec = {
      id: randomUUID(),
      appId: rig.appId,
      app: 'probe',
      source,
      stack: rig.stack,
      buildpacks: [],
      config: {},
    };
    const result = await rig.engine.build(
      {...spec, dockerfile, timeoutMs},
      (text) => {
        said += text;
        onOutput(text);
      },
      signal,
    );
    return {result, said};
  }
});

async function failureOf(attempt: Promise<unknown>): Promise<DynoError> {
  return attempt.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: DynoError) => error,
  );
}
