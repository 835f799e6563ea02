import {ChaosCommand} from '../../src/cli/chaos-command.js';

export default class ChaosSlowBoot extends ChaosCommand {
  static override description = 'delay the next boot of a dyno beyond its time limit: R10';
  static override examples = ['<%= config.bin %> chaos:slow-boot web.1', '<%= config.bin %> chaos:slow-boot --seed 7'];
  protected override readonly kind = 'slow-boot';
  protected override readonly doing = 'Delaying the next boot of';
}
