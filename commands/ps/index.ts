import {string as stringArg} from '@oclif/core/args';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {groupDynos} from '../../src/cli/views/dynos.js';
import {DynoError} from '../../src/model/error.js';

export default class Ps extends DynoCommand {
  static override hiddenAliases = ['dyno:list'];
  static override description = 'list dynos of an app';
  static override examples = ['<%= config.bin %> ps', '<%= config.bin %> ps web worker'];
  static override strict = false;
  static override args = {type: stringArg({description: 'process types to show'})};
  static override flags = {...appFlag};

  async run() {
    const {argv, flags} = await this.parse(Ps);
    const app = this.appOf(flags);
    const types = argv as string[];
    const dynos = (await this.api.dynos(app)).filter((dyno) => types.length === 0 || types.includes(dyno.type));
    for (const type of types) {
      if (!dynos.some((dyno) => dyno.type === type))
        throw new DynoError('usage', {message: `No ${type} dynos on ${app}`});
    }
    if (dynos.length === 0) this.log(`No dynos on ${this.palette.name(app)}`);
    for (const {title, lines} of groupDynos(dynos, this.palette)) {
      this.logHeading(title);
      this.logLines([...lines, '']);
    }
    return dynos;
  }
}
