import {ChaosCommand} from '../../src/cli/chaos-command.js';

export default class ChaosHang extends ChaosCommand {
  static override description = 'freeze the processes of a dyno: requests time out, SIGTERM is not answered';
  static override examples = ['<%= config.bin %> chaos:hang web.1', '<%= config.bin %> chaos:hang --seed 7'];
  protected override readonly kind = 'hang';
  protected override readonly doing = 'Freezing';
}
