import {ChaosCommand} from '../../src/cli/chaos-command.js';
import {limits} from '../../src/model/limits.js';

export default class ChaosSlowBoot extends ChaosCommand {
  static override description = `restart a dyno, and hold its boot up for ${limits.slowBootMs / 1000} seconds
Requests wait for a web dyno meanwhile. What it takes to boot by itself comes on top: R10 beyond ${limits.bootTimeoutMs / 1000} seconds.`;
  static override examples = ['<%= config.bin %> chaos:slow-boot web.1', '<%= config.bin %> chaos:slow-boot --seed 7'];
  protected override readonly kind = 'slow-boot';
  protected override readonly doing = 'Restarting, with a slow boot,';
}
