import {boolean} from '@oclif/core/flags';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {layoutObject, quoteForShell} from '../../src/cli/layout.js';

export default class Config extends DynoCommand {
  static override description = 'display the config vars of an app';
  static override examples = ['<%= config.bin %> config', '<%= config.bin %> config --shell'];
  static override flags = {...appFlag, shell: boolean({char: 's', description: 'print in shell format'})};

  async run() {
    const {flags} = await this.parse(Config);
    const app = this.appOf(flags);
    const vars = await this.api.configVars(app);
    if (flags.shell) {
      this.logLines(Object.entries(vars).map(([key, value]) => `${key}=${quoteForShell(value)}`));
    } else {
      this.logHeading(`${this.palette.name(app)} Config Vars`);
      this.logLines(layoutObject(vars, this.palette.good));
    }
    return vars;
  }
}
