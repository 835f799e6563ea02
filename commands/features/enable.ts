import {string as stringArg} from '@oclif/core/args';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';

export default class FeaturesEnable extends DynoCommand {
  static override aliases = ['labs:enable'];
  static override description = 'enable a feature of an app';
  static override examples = ['<%= config.bin %> features:enable preboot'];
  static override args = {feature: stringArg({description: 'name of the feature', required: true})};
  static override flags = {...appFlag};

  async run() {
    const {args, flags} = await this.parse(FeaturesEnable);
    const app = this.appOf(flags);
    return this.progress(`Enabling ${this.palette.detail(args.feature)} for ${this.palette.name(app)}`, () =>
      this.api.setFeature(app, args.feature, true),
    );
  }
}
