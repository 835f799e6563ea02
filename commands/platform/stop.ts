import {boolean} from '@oclif/core/flags';
import {DynoCommand} from '../../src/cli/command.js';
import {DynoError} from '../../src/model/error.js';

export default class PlatformStop extends DynoCommand {
  static override description = `stop the platform, its runtimes and every dyno
Nothing is forgotten: the next command brings all of it back.`;
  static override examples = ['<%= config.bin %> platform:stop', '<%= config.bin %> platform:stop --keep-dynos'];
  static override flags = {'keep-dynos': boolean({description: 'leave runtimes and dynos running'})};
  protected override readonly startsPlatform = false;

  async run() {
    const {flags} = await this.parse(PlatformStop);
    const pid = this.runningPid();
    if (pid === undefined) {
      this.tell('The platform does not run.');
      return {pid: null};
    }
    return this.longProgress('Stopping the platform', async () => {
      await this.api.local.stopPlatform(flags['keep-dynos'] ? 'keep' : 'stop');
      const {waitForEnd} = await import('../../src/cli/platform-end.js');
      if (await waitForEnd(pid)) return {pid};
      throw new DynoError('platform_unavailable', {reason: `it was asked to stop, but pid ${pid} still runs`});
    });
  }
}
