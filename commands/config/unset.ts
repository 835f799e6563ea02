import {string as stringArg} from '@oclif/core/args';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';

export default class ConfigUnset extends DynoCommand {
  static override hiddenAliases = ['config:remove'];
  static override description = 'unset one or more config vars';
  static override examples = ['<%= config.bin %> config:unset NODE_ENV'];
  static override strict = false;
  static override args = {key: stringArg({description: 'config vars to remove', required: true})};
  static override flags = {...appFlag};

  async run() {
    const {argv, flags} = await this.parse(ConfigUnset);
    const app = this.appOf(flags);
    const keys = argv as string[];
    const {vars} = await this.progress(
      `Unsetting ${keys.map((key) => this.palette.good(key)).join(', ')} and restarting ${this.palette.name(app)}`,
      async () => {
        const left = await this.api.updateConfigVars(app, Object.fromEntries(keys.map((key) => [key, null])));
        return {vars: left, release: (await this.api.releases(app, 1))[0]};
      },
      ({release}) => `done${release ? `, v${release.version}` : ''}`,
    );
    return vars;
  }
}
