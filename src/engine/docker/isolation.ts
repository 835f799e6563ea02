import type Docker from 'dockerode';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import type {AbilityFact} from '../engine.js';
import type {Identity} from './labels.js';
import {probeIsolation} from './probe.js';
import {byGuard, guardCommon, proveApart} from './space/common-guard.js';

interface Remembered {
  fingerprint: string;
  fact: AbilityFact;
}

/** Whether dynos of the Common Runtime are kept apart: proven once per engine and its version, then remembered. */
export class IsolationProof {
  readonly #docker: Docker;
  readonly #identity: Identity;
  readonly #file: string;

  /** `file`: where the answer is kept */
  constructor(docker: Docker, identity: Identity, file: string) {
    this.#docker = docker;
    this.#identity = identity;
    this.#file = file;
  }

  /** A guard of ours may be gone since; what the engine does by itself is as it was. */
  async remembered(fingerprint: string): Promise<AbilityFact | null> {
    const known = await this.#read();
    return known?.fingerprint === fingerprint && !byGuard(known.fact) ? known.fact : null;
  }

  /** Tries it out on a network with two throw-away containers of the image, where need be with a guard of ours. */
  async prove(network: string, image: string, fingerprint: string): Promise<AbilityFact> {
    // Once by a guard, always with it: one that is still loaded would pass for the engine's own doing.
    const guarded = byGuard((await this.#read())?.fact);
    const fact = await proveApart(
      () => probeIsolation(this.#docker, this.#identity, network, image),
      () => guardCommon(this.#docker, this.#identity, network),
      guarded,
    );
    await mkdir(dirname(this.#file), {recursive: true});
    await writeFile(this.#file, JSON.stringify({fingerprint, fact} satisfies Remembered), {mode: 0o600});
    return fact;
  }

  async #read(): Promise<Remembered | null> {
    try {
      return JSON.parse(await readFile(this.#file, 'utf8')) as Remembered;
    } catch {
      return null;
    }
  }
}
