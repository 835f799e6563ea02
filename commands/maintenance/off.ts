import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';

export default class MaintenanceOff extends DynoCommand {
  static override description = 'take the app out of maintenance mode';
  static override examples = ['<%= config.bin %> maintenance:off'];
  static override flags = {...appFlag};

  async run() {
    const {flags} = await this.parse(MaintenanceOff);
    const app = this.appOf(flags);
    return this.progress(`Disabling maintenance mode for ${this.palette.name(app)}`, () =>
      this.api.updateApp(app, {maintenance: false}),
    );
  }
}
