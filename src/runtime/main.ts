import {readFile, rm, writeFile} from 'node:fs/promises';
import {homedir} from 'node:os';
import {dirname, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {Authority} from '../certificates/authority.js';
import {makeOwnFolder} from '../files/own-folder.js';
import {DynoError} from '../model/error.js';
import {homeLayoutOf} from '../model/home-layout.js';
import type {RuntimeSpec} from '../model/spec.js';
import {openEngine} from './choose-engine.js';
import {startControlServer} from './control-server.js';
import {affinitySecretOf, routerSettingsOf} from './router-options.js';
import {Runtime} from './runtime.js';
import {SpecFile} from './spec-file.js';

/**
 * A runtime as a process of its own: `runtime.js NAME [SPEC]`. SPEC is JSON with kind, router and space, without apps;
 * the apps come from the spec on disk, then from the platform. Ends on SIGTERM and leaves its dynos running.
 */
export async function main(argv: string[]): Promise<number> {
  try {
    return await run(argv);
  } catch (error) {
    // One line, which the platform passes on (runtime-process.ts lastWords). Nothing is thrown further: what waits for
    // unhandled rejections would keep a process alive that nobody asks any more.
    const said = error instanceof DynoError ? [error.message, error.remedy].filter(Boolean).join(' ') : stackOf(error);
    console.error(`${new Date().toISOString()} Error: ${said}`);
    return 1;
  }
}

async function run(argv: string[]): Promise<number> {
  const [name, first] = argv;
  if (name === undefined) throw new DynoError('usage', {message: 'usage: runtime.js NAME [SPEC]'});
  process.title = `dyno-runtime ${name}`;
  const home = homeLayoutOf(process.env, homedir(), resolve);
  const layout = home.runtime(name);
  const report = (problem: string) => console.error(`${new Date().toISOString()} ${problem}`);

  const saved = await new SpecFile(layout.spec).read();
  const spec = {...saved, ...(first ? (JSON.parse(first) as Partial<RuntimeSpec>) : {}), apps: saved?.apps ?? []};
  if (spec.kind === undefined || spec.router === undefined) {
    throw new DynoError('usage', {message: `Runtime ${name} has no spec yet: give one as the second argument.`});
  }

  const engine = await openEngine({home: home.root, runtime: name, engine: process.env['DYNO_ENGINE']});
  const authority = new Authority(home.ca, Date.now);
  const runtime = new Runtime({
    certificateFor: async (host) => {
      // Clients that name no host have asked for localhost.
      const {chain, privateKey} = await authority.certificateFor([host || 'localhost']);
      return {cert: chain, key: privateKey};
    },
    spec: {...(spec as RuntimeSpec), name},
    engine,
    directory: layout.root,
    version: await ownVersion(),
    routerSettings: routerSettingsOf(process.env),
    affinitySecret: await affinitySecretOf(layout.root),
    report,
  });

  // One bug in one request must not take the apps of a whole region down; it is told instead.
  process.on('unhandledRejection', (error) => report(`Unhandled: ${stackOf(error)}`));
  let shutdown: (dynos: 'keep' | 'stop') => void = () => undefined;
  const stopped = new Promise<'keep' | 'stop'>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve('keep'));
    shutdown = resolve;
  });
  await runtime.start();
  if (dirname(layout.socket) !== layout.root) makeOwnFolder(dirname(layout.socket));
  const server = await startControlServer(runtime, layout.socket, (dynos) => shutdown(dynos));
  await writeFile(layout.pid, `${process.pid}\n`, {mode: 0o600});
  report(`Runtime ${name} is up: ${runtime.status().routerUrl}, ${engine.name} engine, pid ${process.pid}`);

  const dynos = await stopped;
  await server.close();
  await runtime.close({dynos});
  await rm(layout.pid, {force: true});
  return 0;
}

function stackOf(error: unknown): string {
  return (error instanceof Error ? error.stack : undefined) ?? String(error);
}

/** Version of this program, from its package.json, wherever it is compiled to. */
async function ownVersion(): Promise<string> {
  for (const up of ['../../', '../../../']) {
    try {
      const path = fileURLToPath(new URL(`${up}package.json`, import.meta.url));
      return (JSON.parse(await readFile(path, 'utf8')) as {version: string}).version;
    } catch {
      continue;
    }
  }
  return '0';
}
