import {string as stringArg} from '@oclif/core/args';
import {string} from '@oclif/core/flags';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {describeTarget} from '../../src/cli/views/target.js';
import {DynoError} from '../../src/model/error.js';

export default class Stop extends DynoCommand {
  static override aliases = ['stop', 'ps:kill'];
  static override hiddenAliases = ['kill', 'dyno:stop', 'dyno:kill'];
  static override description = 'stop a dyno or a process type; dynos of the formation start again';
  static override examples = ['<%= config.bin %> ps:stop run.1828', '<%= config.bin %> ps:stop --process-type run'];
  static override args = {dyno: stringArg({description: 'name of the dyno, or a process type'})};
  static override flags = {
    ...appFlag,
    'dyno-name': string({char: 'd', description: 'name of the dyno to stop'}),
    'process-type': string({char: 'p', description: 'process type to stop', exclusive: ['dyno-name']}),
  };

  async run() {
    const {args, flags} = await this.parse(Stop);
    const app = this.appOf(flags);
    const {target, words} = describeTarget(flags['dyno-name'] ?? args.dyno, flags['process-type']);
    if (!target.dyno && !target.type) {
      throw new DynoError('usage', {message: 'Please specify a process type or dyno name to stop.'});
    }
    return this.progress(`Stopping ${words} on ${this.palette.name(app)}`, () => this.api.stopDynos(app, target));
  }
}
