import {boolean} from '@oclif/core/flags';
import {DynoCommand} from '../../src/cli/command.js';
import {DynoError} from '../../src/model/error.js';

export default class PlatformStop extends DynoCommand {
  static override description = `stop the platform, its runtimes and every dyno
Nothing is forgotten: the next command brings all of it back.`;
  static override examples = ['<%= config.bin %> platform:stop', '<%= config.bin %> platform:stop --keep-dynos'];
  static override flags = {'keep-dynos': boolean({description: 'leave runtimes and dynos running'})};
  protected override startsPlatform = false;

  async run() {
    const {flags} = await this.parse(PlatformStop);
    const dynos = flags['keep-dynos'] ? 'keep' : 'stop';
    const {findPlatformState, waitForAdoption, waitForEnd} = await import('../../src/cli/platform-end.js');
    const state = await findPlatformState(this.installation.home);
    if (state === 'stopped' || (state === 'left' && dynos === 'keep')) {
      this.tell('The platform does not run.');
      return {pid: null};
    }
    // What a dead platform left is stopped by another one, which knows how.
    this.startsPlatform = state === 'left';
    return this.longProgress('Stopping the platform', async () => {
      if (state === 'left') await waitForAdoption(this.api);
      const pid = await this.runningPid();
      await this.api.local.stopPlatform(dynos);
      if (pid === undefined || (await waitForEnd(pid))) return {pid: pid ?? null};
      throw new DynoError('platform_unavailable', {reason: `it was asked to stop, but pid ${pid} still runs`});
    });
  }
}
