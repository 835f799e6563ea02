import {spawn} from 'node:child_process';
import {createReadStream} from 'node:fs';
import {cp, mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {parseDefaultTypes} from '../../model/buildpack-release.js';
import {DynoError} from '../../model/error.js';
import type {BuildResult, BuildSpec} from '../engine.js';
import {buildScript, lifecycleDirectory} from '../lifecycle/lifecycle.js';
import {stoppableBuild} from '../stoppable-build.js';
import {draftName} from './drafts.js';
import type {SlugDirectories} from './slug-directories.js';
import {unpack} from './slug-directories.js';

export interface BuildPlaces {
  builds: string;
  cache: string;
  slugs: SlugDirectories;
}

/** Runs the buildpack lifecycle on the host itself, in a directory of its own that is gone afterwards. */
export async function buildOnHost(
  spec: BuildSpec,
  places: BuildPlaces,
  onOutput: (text: string) => void,
  signal?: AbortSignal,
): Promise<BuildResult> {
  if (spec.dockerfile) {
    throw new DynoError('unsupported', {
      message: 'The process engine cannot build a Dockerfile. Start Docker, or add a Procfile.',
    });
  }
  const root = join(places.builds, draftName(spec.id));
  const directory = (name: string) => join(root, name);
  try {
    await unpack(createReadStream(spec.source), directory('source'), (name) => name);
    await writeConfig(directory('env'), spec.config);
    await writeBuildpacks(directory('buildpacks'), spec.buildpacks);
    await mkdir(directory('home'), {recursive: true});
    const environment = {
      ...passedOn(),
      BUILD_DIR: directory('source'),
      CACHE_DIR: join(places.cache, spec.appId),
      ENV_DIR: directory('env'),
      BUILDPACKS_DIR: directory('buildpacks'),
      RESULT_DIR: directory('result'),
      HOME: directory('home'),
      STACK: spec.stack,
      SOURCE_VERSION: spec.commit ?? '',
      REQUEST_ID: spec.id,
    };
    const status = await stoppableBuild(spec.timeoutMs, signal, (stop) => runLifecycle(environment, onOutput, stop));
    const result = (name: string) => readOr(join(directory('result'), name));
    if (status !== 0) {
      const step = (await result('failed_step'))?.trim() || `the buildpack ended with status ${status}`;
      throw new DynoError('build_failed', {step});
    }
    const procfile = await readOr(join(directory('source'), 'Procfile'));
    const slug = await places.slugs.add(spec.appId, directory('source'));
    return {
      ...slug,
      procfile,
      defaultTypes: await parseDefaultTypes((await result('default_types')) ?? ''),
      detected: (await result('detected'))?.trim() || null,
    };
  } finally {
    await rm(root, {recursive: true, force: true, maxRetries: 5, retryDelay: 50});
  }
}

async function writeConfig(directory: string, config: Record<string, string>): Promise<void> {
  await mkdir(directory, {recursive: true, mode: 0o700});
  for (const [name, value] of Object.entries(config)) {
    await writeFile(join(directory, name), value, {mode: 0o600});
  }
}

async function writeBuildpacks(directory: string, buildpacks: BuildSpec['buildpacks']): Promise<void> {
  await mkdir(directory, {recursive: true});
  for (const [index, buildpack] of buildpacks.entries()) {
    const target = join(directory, String(index));
    if ('builtin' in buildpack) {
      await writeFile(target, buildpack.builtin);
    } else {
      await cp(buildpack.directory, target, {recursive: true, verbatimSymlinks: true});
      await writeFile(`${target}.url`, buildpack.url);
    }
  }
}

/** Resolves with the exit status; what the build started is ended with its process group, whatever happens. */
function runLifecycle(
  env: Record<string, string>,
  onOutput: (text: string) => void,
  stop: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const build = spawn('bash', [join(lifecycleDirectory, buildScript)], {
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const endGroup = () => {
      try {
        process.kill(-build.pid!, 'SIGKILL');
      } catch {
        // gone already
      }
    };
    const onAbort = () => {
      endGroup();
      reject(stop.reason);
    };
    if (stop.aborted) onAbort();
    stop.addEventListener('abort', onAbort, {once: true});
    build.stdout.setEncoding('utf8').on('data', onOutput);
    build.once('error', reject);
    build.once('exit', endGroup);
    build.once('close', (code, killedBy) => {
      stop.removeEventListener('abort', onAbort);
      resolve(code ?? (killedBy ? 137 : 1));
    });
  });
}

/** What a build sees of this process's environment: how to find programs, registries and certificates. */
function passedOn(): Record<string, string> {
  const kept =
    /^(PATH|LANG|LC_ALL|TZ|TMPDIR|.*_proxy|.*_PROXY|NODE_EXTRA_CA_CERTS|SSL_CERT_\w+|\w*CA_BUNDLE|\w*CAINFO|NPM_CONFIG_\w+|PIP_\w+)$/;
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => kept.test(entry[0]) && entry[1] !== undefined,
    ),
  );
}

const readOr = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null);
