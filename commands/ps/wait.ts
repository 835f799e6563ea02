import {boolean, integer, string} from '@oclif/core/flags';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {waitForRelease} from '../../src/cli/wait-for-release.js';

export default class Wait extends DynoCommand {
  static override description = 'wait until all dynos run the latest release';
  static override examples = ['<%= config.bin %> ps:wait', '<%= config.bin %> ps:wait --type web --timeout 60'];
  static override flags = {
    ...appFlag,
    type: string({char: 't', description: 'wait for one process type'}),
    'with-run': boolean({char: 'R', description: 'wait for one-off dynos too', exclusive: ['type']}),
    'wait-interval': integer({char: 'w', description: 'seconds between looks', default: 1, min: 1}),
    timeout: integer({description: 'seconds after which to give up', min: 1}),
  };

  async run() {
    const {flags} = await this.parse(Wait);
    const app = this.appOf(flags);
    const result = await this.longProgress(
      `Waiting for every dyno of ${this.palette.name(app)} to run the latest release`,
      () =>
        waitForRelease(this.api, app, {
          type: flags.type,
          withRun: flags['with-run'],
          intervalMs: flags['wait-interval'] * 1000,
          timeoutMs: flags.timeout === undefined ? undefined : flags.timeout * 1000,
        }),
      ({version, dynos}) => `done, ${dynos.length} on v${version}`,
    );
    return result.dynos;
  }
}
