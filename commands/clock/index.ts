import {DynoCommand} from '../../src/cli/command.js';
import {layoutClock} from '../../src/cli/views/clock.js';

export default class Clock extends DynoCommand {
  static override description = 'show the clocks of the runtimes';
  static override examples = ['<%= config.bin %> clock'];

  async run() {
    await this.parse(Clock);
    const readings = await this.api.local.clock();
    this.logLines(layoutClock(readings));
    return readings;
  }
}
