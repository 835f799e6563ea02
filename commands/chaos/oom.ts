import {ChaosCommand} from '../../src/cli/chaos-command.js';

export default class ChaosOom extends ChaosCommand {
  static override description = 'let a dyno run out of memory: R15 and the crash policy';
  static override examples = ['<%= config.bin %> chaos:oom web.1', '<%= config.bin %> chaos:oom --seed 7'];
  protected override readonly kind = 'oom';
  protected override readonly doing = 'Exhausting the memory of';
}
