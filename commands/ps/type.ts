import {string as stringArg} from '@oclif/core/args';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {layoutTable} from '../../src/cli/layout.js';
import {sizeUpdates} from '../../src/cli/scale-updates.js';
import {dynoTotals} from '../../src/cli/views/dyno-totals.js';
import {DynoError} from '../../src/model/error.js';

export default class Type extends DynoCommand {
  static override aliases = ['ps:resize'];
  static override hiddenAliases = ['resize', 'dyno:resize', 'dyno:type'];
  static override description = `manage dyno sizes
Without arguments shows the sizes; with one SIZE sets it for every process type.`;
  static override examples = [
    '<%= config.bin %> ps:type',
    '<%= config.bin %> ps:type web=standard-2x worker=standard-1x',
  ];
  static override strict = false;
  static override args = {size: stringArg({description: 'SIZE, or TYPE=SIZE, repeatable'})};
  static override flags = {...appFlag};

  async run() {
    const {argv, flags} = await this.parse(Type);
    const app = this.appOf(flags);
    let formation = await this.api.formation(app);
    if (formation.length === 0) {
      throw new DynoError('unsupported', {
        message: `No process types on ${app}.\nDeploy a Procfile to add process types.`,
      });
    }
    if (argv.length > 0) {
      const updates = sizeUpdates(
        argv as string[],
        formation.map(({type}) => type),
      );
      await this.progress(`Scaling dynos on ${this.palette.name(app)}`, () => this.api.updateFormation(app, updates));
      formation = await this.api.formation(app);
    }
    this.logHeading('Process Types');
    this.logLines(
      layoutTable(formation, [
        {head: 'Type', cell: ({type}) => this.palette.name(type)},
        {head: 'Size', cell: ({size}) => this.palette.detail(size)},
        {head: 'Qty', cell: ({quantity}) => String(quantity)},
      ]),
    );
    this.log();
    this.logHeading('Dyno Totals');
    this.logLines(
      layoutTable(dynoTotals(formation), [
        {head: 'Type', cell: ({size}) => size},
        {head: 'Total', cell: ({quantity}) => String(quantity)},
      ]),
    );
    return formation;
  }
}
