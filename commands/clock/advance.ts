import {string as stringArg} from '@oclif/core/args';
import {string} from '@oclif/core/flags';
import {DynoCommand} from '../../src/cli/command.js';
import {parseDuration} from '../../src/cli/duration.js';
import {layoutClock} from '../../src/cli/views/clock.js';

export default class ClockAdvance extends DynoCommand {
  static override description = `move the clock of the runtimes forward
Cycling, crash back-off, sleeping and timeouts that fall into that time happen now. Requests, boots and stops that are
under way get a last moment to end; more than 5 minutes pass them by.`;
  static override examples = [
    '<%= config.bin %> clock:advance 25h',
    '<%= config.bin %> clock:advance 20m --runtime eu',
  ];
  static override args = {duration: stringArg({description: '90s, 25m, 24h, 1d12h', required: true})};
  static override flags = {runtime: string({description: 'one runtime: us, eu, or a private space'})};

  async run() {
    const {args, flags} = await this.parse(ClockAdvance);
    const readings = await this.api.local.advanceClock(parseDuration(args.duration), flags.runtime);
    this.logLines(layoutClock(readings));
    return readings;
  }
}
