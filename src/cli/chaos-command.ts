import {string as stringArg} from '@oclif/core/args';
import {integer} from '@oclif/core/flags';
import type {ChaosOrder} from '../client/local-api.js';
import {DynoCommand} from './command.js';
import {appFlag} from './flags.js';

/** What the chaos commands share: a dyno that is named, or one at random, from a seed when the choice must repeat. */
export abstract class ChaosCommand extends DynoCommand {
  static override args = {dyno: stringArg({description: 'name of the dyno, default one at random'})};
  static override flags = {
    ...appFlag,
    seed: integer({description: 'choose the random dyno by this number'}),
  };

  protected abstract readonly kind: ChaosOrder['kind'];
  /** `Killing`, in front of the dyno's name */
  protected abstract readonly doing: string;

  async run() {
    const {args, flags} = await this.parse(ChaosCommand);
    const app = this.appOf(flags);
    const order: ChaosOrder = {
      kind: this.kind,
      ...(args.dyno ? {dyno: args.dyno} : {}),
      ...(flags.seed === undefined ? {} : {seed: flags.seed}),
    };
    const title = `${this.doing} ${args.dyno ?? 'a dyno'} of ${this.palette.name(app)}`;
    return this.progress(title, () => this.api.local.chaos(app, order));
  }
}
