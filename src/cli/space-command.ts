import {setTimeout as delay} from 'node:timers/promises';
import {string as stringArg} from '@oclif/core/args';
import {string} from '@oclif/core/flags';
import type {Space, SpaceNat} from '../client/space-api.js';
import {DynoError} from '../model/error.js';
import {DynoCommand} from './command.js';
import type {Tell} from './long-progress.js';

const POLL_MS = 250;
/** ms after which the wait is explained; a space takes about three seconds */
const PATIENCE_MS = 15_000;
/** How long `spaces:wait` waits, as the official CLI does (heroku-behaviour.md 1.2). */
const WAIT_MS = 25 * 60_000;

/** A space is named by its argument or by --space. */
export const spaceArgument = {space: stringArg({description: 'private space'})};
export const spaceName = {space: string({char: 's', description: 'private space'})};

export abstract class SpaceCommand extends DynoCommand {
  /** @throws DynoError usage */
  protected spaceOf(flags: {space?: string}, args: {space?: string} = {}): string {
    const space = flags.space ?? args.space;
    if (space) return space;
    throw new DynoError('usage', {message: 'Space name required: add --space NAME.'});
  }

  /** The stable outbound addresses, once the space has them. */
  protected async natOf(space: Space): Promise<SpaceNat | undefined> {
    return space.state === 'allocated' ? this.api.spaces.nat(space.id) : undefined;
  }

  protected async untilAllocated(space: Space, tell: Tell): Promise<Space> {
    let now = space;
    const started = Date.now();
    for (let told = false; now.state === 'allocating'; now = await this.api.spaces.get(space.id)) {
      const waited = Date.now() - started;
      if (waited > WAIT_MS) throw new DynoError('unavailable', {message: `Space ${space.name} is not ready yet.`});
      if (waited > PATIENCE_MS && !told) {
        const reasons = await this.troubleOf(space);
        if (reasons.length > 0) tell(reasons.map((reason) => `Still waiting: ${reason}`).join('\n'));
        told = true;
      }
      await delay(POLL_MS);
    }
    return now;
  }

  /** What its runtime says is missing; the runtime bears the name that the space was made with. */
  private async troubleOf({name}: Space): Promise<string[]> {
    const {runtimes} = await this.api.local.platform();
    return runtimes.find((runtime) => runtime.name === name)?.warnings ?? [];
  }
}
