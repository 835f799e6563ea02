import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Engine, EngineName} from '../engine/engine.js';
import {DynoError} from '../model/error.js';
import {ownerOf} from './owner.js';

export interface EngineChoice {
  /** root of the installation */
  home: string;
  /** name of the runtime that will use it */
  runtime: string;
  /** `docker` or `process`; absent: what this installation uses, else Docker where it answers */
  engine?: string | undefined;
}

/**
 * The engine of this installation. The first choice is written down: release images live in one engine, so an
 * installation whose Docker is stopped waits for it instead of starting over on another engine.
 *
 * @throws DynoError unsupported for an engine we do not have
 */
export async function openEngine(choice: EngineChoice): Promise<Engine> {
  const {home, runtime} = choice;
  const owner = ownerOf(home);
  const recorded = join(home, 'engine');
  const name = engineName(choice.engine) ?? engineName(await readOr(recorded)) ?? (await firstChoice());
  await writeFile(recorded, `${name}\n`, {mode: 0o600});
  const directory = join(home, 'engines', name);
  if (name === 'docker') {
    const {DockerEngine} = await import('../engine/docker/docker-engine.js');
    return new DockerEngine({owner, runtime, directory});
  }
  const {ProcessEngine} = await import('../engine/process/process-engine.js');
  return new ProcessEngine({owner, runtime, directory});
}

/** Loaded when asked for: dockerode alone costs as much memory as the rest of an idle runtime. */
async function firstChoice(): Promise<EngineName> {
  const {dockerAnswers} = await import('../engine/docker/docker-answers.js');
  return (await dockerAnswers()) ? 'docker' : 'process';
}

function engineName(name: string | undefined): 'docker' | 'process' | undefined {
  if (name === undefined || name === '') return undefined;
  if (name === 'docker' || name === 'process') return name;
  throw new DynoError('unsupported', {message: `There is no engine ${name}: DYNO_ENGINE is docker or process.`});
}

async function readOr(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    return undefined;
  }
}
