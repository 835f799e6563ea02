import {string as stringArg} from '@oclif/core/args';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {scaleUpdates} from '../../src/cli/scale-updates.js';
import type {Formation} from '../../src/cli/shapes.js';
import {DynoError} from '../../src/model/error.js';

export default class Scale extends DynoCommand {
  static override aliases = ['scale'];
  static override hiddenAliases = ['dyno:scale'];
  static override description = `scale dyno quantity up or down
Appending a size (eg. web=2:standard-2x) scales and resizes at once.
Without arguments prints the formation, in a form that can be passed back.`;
  static override examples = ['<%= config.bin %> ps:scale web=3:standard-2x worker+1', '<%= config.bin %> ps:scale'];
  static override strict = false;
  static override args = {change: stringArg({description: 'TYPE=N, TYPE+N or TYPE-N, optionally with :SIZE'})};
  static override flags = {...appFlag};

  async run() {
    const {argv, flags} = await this.parse(Scale);
    const app = this.appOf(flags);
    const changes = scaleUpdates(argv as string[]);
    if (changes.length === 0) return this.show(app);
    const changed = (formation: Formation[]) =>
      formation.filter(({type}) => changes.some((change) => change.type === type));
    return this.progress(
      'Scaling dynos',
      () => this.api.updateFormation(app, changes),
      (formation) =>
        `done, now running ${changed(formation)
          .map(({type, quantity, size}) => `${this.palette.good(type)} at ${quantity}:${size}`)
          .join(', ')}`,
    );
  }

  private async show(app: string): Promise<Formation[]> {
    const formation = await this.api.formation(app);
    if (formation.length === 0) {
      throw new DynoError('unsupported', {
        message: `No process types on ${app}.\nDeploy a Procfile to add process types.`,
      });
    }
    this.log(
      formation
        .map(({type, quantity, size}) => `${type}=${quantity}:${size}`)
        .sort()
        .join(' '),
    );
    return formation;
  }
}
