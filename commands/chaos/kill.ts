import {ChaosCommand} from '../../src/cli/chaos-command.js';

export default class ChaosKill extends ChaosCommand {
  static override description = 'end a dyno as a crash of its process would';
  static override examples = ['<%= config.bin %> chaos:kill web.1', '<%= config.bin %> chaos:kill --seed 7'];
  protected override readonly kind = 'kill';
  protected override readonly doing = 'Killing';
}
