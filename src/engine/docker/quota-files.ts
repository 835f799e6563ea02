import type Docker from 'dockerode';
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

/**
 * On Heroku a dyno's cgroup limit is its quota, and buildpacks work out WEB_CONCURRENCY from it (heroku-behaviour.md
 * 2.16). Here the limit is where R15 kills, twice that; so a file with the quota is laid over it. Only version 1 of
 * cgroups has that file, and only an engine on this machine sees ours.
 */
export class QuotaFiles {
  readonly #folder: string;
  readonly #written = new Set<number>();
  #usable: boolean;

  constructor(directory: string, usable: boolean) {
    this.#folder = join(directory, 'quotas');
    this.#usable = usable;
  }

  async mountFor(memoryMb: number): Promise<Docker.MountSettings[]> {
    if (!this.#usable) return [];
    const path = join(this.#folder, String(memoryMb));
    try {
      if (!this.#written.has(memoryMb)) {
        await mkdir(this.#folder, {recursive: true});
        await writeFile(path, `${memoryMb * 1024 * 1024}\n`, {mode: 0o644});
        this.#written.add(memoryMb);
      }
    } catch {
      return [];
    }
    return [{Type: 'bind', Source: path, Target: '/sys/fs/cgroup/memory/memory.limit_in_bytes', ReadOnly: true}];
  }

  /** The engine did not take it (it may see another filesystem than we): dynos do without from now on. */
  giveUp(): void {
    this.#usable = false;
  }
}
