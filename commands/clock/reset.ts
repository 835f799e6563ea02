import {string} from '@oclif/core/flags';
import {DynoCommand} from '../../src/cli/command.js';
import {layoutClock} from '../../src/cli/views/clock.js';

export default class ClockReset extends DynoCommand {
  static override description = "return the clock of the runtimes to the machine's";
  static override examples = ['<%= config.bin %> clock:reset'];
  static override flags = {runtime: string({description: 'one runtime: us, eu, or a private space'})};

  async run() {
    const {flags} = await this.parse(ClockReset);
    const readings = await this.api.local.resetClock(flags.runtime);
    this.logLines(layoutClock(readings));
    return readings;
  }
}
