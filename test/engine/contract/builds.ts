import {randomUUID} from 'node:crypto';
import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import type {BuildResult, BuildSpec} from '../../../src/engine/engine.js';
import {collectGarbage} from '../../support/collect-garbage.js';
import type {Rig} from './rig.js';

export function buildChapter(rig: Rig): void {
  describe('builds', () => {
    it('builds with the procfile buildpack, detected', async () => {
      const {result, text} = await build(rig, {
        source: rig.packSource({Procfile: 'web: bash hello.sh\nworker: sleep 1\n', 'hello.sh': 'echo built\n'}),
      });
      expect(result.procfile).to.equal('web: bash hello.sh\nworker: sleep 1\n');
      expect(result.size).to.be.greaterThan(0);
      expect(text).to.include('----->');
      const {output} = await rig.run('bash hello.sh', {image: result.image});
      expect(output.stdout).to.equal('built\n');
      await rig.engine.removeImage(result.image);
    });

    it('runs a buildpack of its own with the build, cache and env directories', async () => {
      const buildpack = buildpackDirectory(rig, {
        'bin/detect': '#!/usr/bin/env bash\necho Contract\n',
        'bin/compile': `#!/usr/bin/env bash
set -e
echo "-----> Compiling with $STACK"
count=$(cat "$2/count" 2>/dev/null || echo 0)
echo $((count + 1)) > "$2/count"
echo "       run $((count + 1)), secret of $(wc -c < "$3/SECRET") bytes, in env: \${SECRET-no}"
mkdir -p "$1/.profile.d"
echo 'export FROM_BUILDPACK=yes' > "$1/.profile.d/contract.sh"
cp "$3/SECRET" "$1/compiled"
`,
        'bin/release': '#!/usr/bin/env bash\nprintf -- "---\\ndefault_process_types:\\n  web: cat compiled\\n"\n',
      });
      for (const run of [1, 2]) {
        const {result, text} = await build(rig, {
          source: rig.packSource({'a.txt': 'a\n'}),
          buildpacks: [{directory: buildpack, url: 'file:///contract'}],
          config: {SECRET: 's3cret'},
        });
        expect(text).to.include(`-----> Compiling with ${rig.stack}`);
        expect(text).to.include(`run ${run}, secret of 6 bytes, in env: no`);
        expect(result).to.deep.include({procfile: null, defaultTypes: {web: 'cat compiled'}, detected: 'Contract'});
        const {output} = await rig.run('cat compiled; echo " $FROM_BUILDPACK"', {image: result.image});
        expect(output.stdout).to.equal('s3cret yes\n');
        await rig.engine.removeImage(result.image);
      }
      await rig.engine.removeBuildCache(rig.appId);
      const {text} = await build(rig, {
        source: rig.packSource({'a.txt': 'a\n'}),
        buildpacks: [{directory: buildpack, url: 'file:///contract'}],
        config: {SECRET: 's3cret'},
      });
      expect(text).to.include('run 1,');
    });

    it('fails with build_failed when a buildpack does, and keeps no image', async () => {
      const buildpack = buildpackDirectory(rig, {
        'bin/detect': '#!/usr/bin/env bash\necho Failing\n',
        'bin/compile': '#!/usr/bin/env bash\necho "       about to fail"\nexit 3\n',
      });
      const images = (await rig.engine.listImages()).map(({image}) => image);
      const said: string[] = [];
      const failure = await rig.engine
        .build(
          spec(rig, {source: rig.packSource({'a.txt': 'a'}), buildpacks: [{directory: buildpack, url: 'x'}]}),
          (text) => said.push(text),
        )
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      expect(failure).to.have.property('code', 'build_failed');
      expect(said.join('')).to.include('about to fail');
      expect((await rig.engine.listImages()).map(({image}) => image)).to.have.members(images);
    });

    it('fails when no buildpack wants the app', async () => {
      const failure = await build(rig, {source: rig.packSource({'notes.txt': 'nothing to run'})}).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).to.have.property('code', 'build_failed');
    });

    it('fails on a source archive that cannot be read', async () => {
      const source = join(rig.directory, 'broken.tgz');
      writeFileSync(source, 'no gzip');
      const failure = await build(rig, {source}).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).to.have.property('code').that.is.oneOf(['slug_invalid', 'build_failed']);
    });

    it('ends a build that is aborted or takes too long, with all it had', async () => {
      const buildpack = buildpackDirectory(rig, {
        'bin/detect': '#!/usr/bin/env bash\necho Slow\n',
        'bin/compile': '#!/usr/bin/env bash\necho "       sleeping"\nsleep 3600\n',
      });
      const slow = {source: rig.packSource({'a.txt': 'a'}), buildpacks: [{directory: buildpack, url: 'x'}]};
      const stop = new AbortController();
      const aborted = await rig.engine
        .build(spec(rig, slow), (text) => text.includes('sleeping') && stop.abort(new Error('asked to')), stop.signal)
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      expect(aborted).to.be.an('error');
      const late = await rig.engine.build(spec(rig, {...slow, timeoutMs: 3000}), collectGarbage).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(late).to.have.property('code', 'build_failed');
      expect(existsSync(buildpack)).to.be.true;
    });

    it('builds a Dockerfile, or says that it cannot', async () => {
      const files = {
        Dockerfile: `FROM ${rig.image}\nARG WHO\nRUN echo "echo built for $WHO" > run.sh\nCMD ["bash", "run.sh"]\n`,
        'extra.txt': 'x',
      };
      const attempt = build(rig, {source: rig.packSource(files), dockerfile: {path: 'Dockerfile', args: {WHO: 'you'}}});
      if (!rig.has('dockerfile')) {
        const failure = await attempt.then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(failure).to.have.property('code', 'unsupported');
        return;
      }
      const {result, text} = await attempt;
      expect(text).to.include('ARG WHO');
      expect(result.defaultTypes).to.deep.equal({web: 'bash run.sh'});
      const {output} = await rig.run('bash run.sh', {image: result.image});
      expect(output.stdout).to.equal('built for you\n');
      await rig.engine.removeImage(result.image);

      const failure = await build(rig, {
        source: rig.packSource({Dockerfile: `FROM ${rig.image}\nRUN echo about to fail && exit 9\n`}),
        dockerfile: {path: 'Dockerfile', args: {}},
      }).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).to.have.property('code', 'build_failed');
    });
  });
}

function spec(rig: Rig, overrides: Partial<BuildSpec> & {source: string}): BuildSpec {
  return {
    id: randomUUID(),
    appId: rig.appId,
    app: 'probe',
    stack: rig.stack,
    buildpacks: [],
    config: {},
    timeoutMs: 120_000,
    ...overrides,
  };
}

async function build(
  rig: Rig,
  overrides: Partial<BuildSpec> & {source: string},
): Promise<{result: BuildResult; text: string}> {
  const said: string[] = [];
  const result = await rig.engine.build(spec(rig, overrides), (text) => said.push(text));
  return {result, text: said.join('')};
}

function buildpackDirectory(rig: Rig, files: Record<string, string>): string {
  const directory = join(rig.directory, `buildpack-${randomUUID()}`);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(directory, name, '..'), {recursive: true});
    writeFileSync(join(directory, name), text, {mode: 0o755});
  }
  return directory;
}
