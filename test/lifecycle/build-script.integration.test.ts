import {cp, mkdir, mkdtemp, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {execa} from 'execa';
import {buildScript, lifecycleDirectory} from '../../src/engine/lifecycle/lifecycle.js';

const fixtures = join(process.cwd(), 'test/fixtures/buildpacks');

describe('the build script', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'dyno-lifecycle-'));
    for (const name of ['app', 'env', 'home']) await mkdir(join(root, name));
  });
  afterEach(() => rm(root, {recursive: true, force: true}));

  const write = (name: string, text: string) => writeFile(join(root, name), text);
  const read = (name: string) => readFile(join(root, name), 'utf8');

  /** Runs the script as an engine does. */
  async function build(env: Record<string, string> = {}) {
    const {stdout, stderr, exitCode} = await execa('bash', [join(lifecycleDirectory, buildScript)], {
      reject: false,
      stdin: 'ignore',
      env: {
        BUILD_DIR: join(root, 'app'),
        CACHE_DIR: join(root, 'cache'),
        ENV_DIR: join(root, 'env'),
        BUILDPACKS_DIR: join(root, 'buildpacks'),
        RESULT_DIR: join(root, 'result'),
        STACK: 'heroku-24',
        SOURCE_VERSION: 'abc',
        REQUEST_ID: 'r-1',
        HOME: join(root, 'home'),
        ...env,
      },
    });
    expect(stderr).to.equal('');
    return {output: stdout, exitCode};
  }

  async function useBuildpacks(...names: string[]): Promise<void> {
    for (const [index, name] of names.entries()) {
      await cp(join(fixtures, name), join(root, 'buildpacks', String(index)), {recursive: true});
      await write(`buildpacks/${index}.url`, `https://example.com/${name}.git`);
    }
  }

  it('runs buildpacks in order, each with what the one before exported', async () => {
    await useBuildpacks('first', 'second');
    await write('env/GREETING', 'hello\nthere');
    const {output, exitCode} = await build({LEAKED: 'secret'});
    expect(output).to.equal(
      [
        '-----> First app detected',
        '-----> compile of first',
        `       arguments: 3, stack: heroku-24, version: abc, request: r-1, home: ${join(root, 'home')}`,
        '       config: hello',
        'there, in the environment: no, leaked: no',
        '       builds before: 0',
        'on stderr',
        '-----> Second app detected',
        '-----> compile of second: handed over',
      ].join('\n'),
    );
    expect(exitCode).to.equal(0);
    expect(await read('result/detected')).to.equal('Second\n');
    expect(await read('result/default_types')).to.equal('---\ndefault_process_types:\n  web: ./serve\n');
    expect(await read('app/made-by-second')).to.equal('made\n');
    expect(await read('app/.profile.d/first.sh')).to.contain('FROM_FIRST');
  });

  it('keeps the cache between builds', async () => {
    await useBuildpacks('first');
    await write('env/GREETING', 'hi');
    await build();
    expect((await build()).output).to.contain('builds before: 1');
  });

  it('says which buildpack failed to compile', async () => {
    await useBuildpacks('second', 'failing');
    const {output, exitCode} = await build();
    expect(output).to.match(/ !     the compiler is unhappy\n\n !     Push rejected, failed to compile Failing app\.$/);
    expect(exitCode).to.equal(1);
    expect(await read('result/failed_step')).to.equal(
      'compile Failing app (bin/compile of https://example.com/failing.git ended with 3)\n',
    );
  });

  it('takes a given buildpack that does not fit for an error', async () => {
    await useBuildpacks('picky');
    const {output, exitCode} = await build();
    expect(output).to.contain(
      '-----> App not compatible with buildpack: https://example.com/picky.git\n       this app is not for me',
    );
    expect(exitCode).to.equal(1);
    expect(await read('result/failed_step')).to.equal('detect with https://example.com/picky.git\n');
  });

  it('runs scripts that lost their executable bit, and refuses what is no buildpack', async () => {
    await useBuildpacks('second');
    await execa('chmod', ['-R', 'a-x,a+X', join(root, 'buildpacks')]);
    await execa('chmod', [
      '-x',
      ...['detect', 'compile', 'release'].map((name) => join(root, 'buildpacks/0/bin', name)),
    ]);
    expect((await build()).exitCode).to.equal(0);
    await rm(join(root, 'buildpacks/0/bin/compile'));
    expect((await build()).output).to.contain('is not a buildpack: it has no bin/detect and bin/compile');
  });

  it('detects the built-in buildpacks, Node.js first', async () => {
    await write('app/Procfile', 'worker: ./work\n');
    expect((await build()).output).to.equal('-----> Procfile app detected');
    expect(await read('result/default_types')).to.equal('--- {}\n');
    await rm(join(root, 'app/Procfile'));
    const {output, exitCode} = await build();
    expect(output).to.contain(' !     No default language could be detected for this app.');
    expect(exitCode).to.equal(1);
  });

  it('takes the name of a built-in buildpack in place of a directory', async () => {
    await mkdir(join(root, 'buildpacks'));
    await write('buildpacks/0', 'procfile');
    await write('app/Procfile', 'worker: ./work\n');
    expect((await build()).output).to.equal('-----> Procfile app detected');
    await write('buildpacks/0', 'cobol');
    expect((await build()).output).to.contain('There is no built-in buildpack cobol.');
  });

  describe('with heroku/nodejs', () => {
    const packageJson = {
      name: 'x',
      version: '1.0.0',
      scripts: {
        start: 'node .',
        'heroku-prebuild': 'echo prebuild $GREETING',
        build: "node -e \"require('tool'); console.log('built')\"",
        'heroku-cleanup': 'echo cleaned',
      },
      dependencies: {lib: 'file:vendor/lib'},
      devDependencies: {tool: 'file:vendor/tool'},
    };

    // Dependencies that need no registry.
    beforeEach(async () => {
      await mkdir(join(root, 'app/vendor/lib'), {recursive: true});
      await mkdir(join(root, 'app/vendor/tool'), {recursive: true});
      await write('app/vendor/lib/package.json', '{"name": "lib", "version": "1.0.0"}');
      await write('app/vendor/tool/package.json', '{"name": "tool", "version": "1.0.0", "main": "i.js"}');
      await write('app/vendor/tool/i.js', '');
      await write('app/package.json', JSON.stringify(packageJson));
      await write('env/GREETING', 'hello');
    });

    it('installs, builds and prunes', async function () {
      this.timeout(120_000);
      const {output, exitCode} = await build({npm_config_offline: 'true'});
      expect(exitCode, output).to.equal(0);
      const headings = output.split('\n').filter((line) => line.startsWith('----->'));
      expect(headings).to.deep.equal([
        '-----> Node.js app detected',
        '-----> Creating runtime environment',
        '-----> Installing binaries',
        '-----> Restoring cache',
        '-----> Prebuild',
        '-----> Installing dependencies',
        '-----> Build',
        '-----> Caching build',
        '-----> Pruning devDependencies',
        '-----> Cleanup',
        '-----> Build succeeded!',
      ]);
      for (const line of ['prebuild hello', 'built', 'cleaned']) expect(output).to.contain(`       ${line}\n`);
      expect(await read('result/default_types')).to.contain('  web: npm start');
      expect(await stat(join(root, 'app/node_modules/lib'))).to.exist;
      expect(await stat(join(root, 'app/node_modules/tool')).catch(() => null)).to.equal(null);
    });

    it('names the script that failed', async function () {
      this.timeout(120_000);
      await write('app/package.json', JSON.stringify({...packageJson, scripts: {build: 'echo nope; exit 4'}}));
      const {output, exitCode} = await build();
      expect(output).to.match(/ {7}nope\n[^]*-----> Build failed\n[^]*npm run build failed/);
      expect(output).to.match(/ !     Push rejected, failed to compile Node\.js app\.$/);
      expect(exitCode).to.equal(1);
    });

    it('refuses a broken package.json and two lock files', async () => {
      await write('app/package-lock.json', '{}');
      await write('app/yarn.lock', '');
      expect((await build()).output).to.contain('Conflicting lock files found: package-lock.json yarn.lock');
      await write('app/package.json', '{');
      expect((await build()).output).to.contain('Unable to parse package.json');
    });

    it('gives dynos NODE_ENV and the concurrency that their memory allows', async () => {
      const profile = join(lifecycleDirectory, 'buildpacks/nodejs/profile');
      const run = async (env: Record<string, string>) => {
        const script = `. ${profile}/nodejs.sh; . ${profile}/WEB_CONCURRENCY.sh; echo $NODE_ENV $MEMORY_AVAILABLE $WEB_MEMORY $WEB_CONCURRENCY`;
        const {stdout} = await execa('bash', ['-c', script], {
          extendEnv: false,
          env: {PATH: process.env.PATH!, HOME: '/app', ...env},
        });
        return stdout;
      };
      expect(await run({MEMORY_AVAILABLE: '1024'})).to.equal('production 1024 512 2');
      expect(await run({MEMORY_AVAILABLE: '30720', NODE_ENV: 'x'})).to.equal('x 30720 2048 15');
      expect(await run({MEMORY_AVAILABLE: '256'})).to.equal('production 256 512 1');
      expect(await run({MEMORY_AVAILABLE: '1024', WEB_CONCURRENCY: '7'})).to.equal('production 1024 512 7');
    });
  });
});
