import {string as stringArg} from '@oclif/core/args';
import {string} from '@oclif/core/flags';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {describeTarget} from '../../src/cli/views/target.js';

export default class Restart extends DynoCommand {
  static override aliases = ['restart'];
  static override hiddenAliases = ['dyno:restart'];
  static override description = 'restart an app, a process type or a dyno';
  static override examples = [
    '<%= config.bin %> ps:restart',
    '<%= config.bin %> ps:restart --dyno-name web.1',
    '<%= config.bin %> ps:restart --process-type web',
  ];
  static override args = {dyno: stringArg({description: 'name of the dyno, or a process type'})};
  static override flags = {
    ...appFlag,
    'dyno-name': string({char: 'd', description: 'name of the dyno to restart'}),
    'process-type': string({char: 'p', description: 'process type to restart', exclusive: ['dyno-name']}),
  };

  async run() {
    const {args, flags} = await this.parse(Restart);
    const app = this.appOf(flags);
    const {target, words} = describeTarget(flags['dyno-name'] ?? args.dyno, flags['process-type']);
    return this.progress(`Restarting ${words} on ${this.palette.name(app)}`, () => this.api.restartDynos(app, target));
  }
}
