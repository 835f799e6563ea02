import {string as stringArg} from '@oclif/core/args';
import {boolean} from '@oclif/core/flags';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {quoteForShell} from '../../src/cli/layout.js';

export default class ConfigGet extends DynoCommand {
  static override description = 'display config values of an app';
  static override examples = ['<%= config.bin %> config:get NODE_ENV'];
  static override strict = false;
  static override args = {key: stringArg({description: 'config vars to print, a line each', required: true})};
  static override flags = {...appFlag, shell: boolean({char: 's', description: 'print in shell format'})};

  async run() {
    const {argv, flags} = await this.parse(ConfigGet);
    const vars = await this.api.configVars(this.appOf(flags));
    const found = (argv as string[]).map((key) => ({key, value: Object.hasOwn(vars, key) ? vars[key]! : null}));
    for (const {key, value} of found) {
      this.log(flags.shell ? `${key}=${quoteForShell(value ?? '')}` : (value ?? ''));
    }
    return found.length === 1 ? found[0] : found;
  }
}
