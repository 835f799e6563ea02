import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';

export default class MaintenanceOn extends DynoCommand {
  static override description = 'put the app into maintenance mode: every request gets the maintenance page';
  static override examples = ['<%= config.bin %> maintenance:on'];
  static override flags = {...appFlag};

  async run() {
    const {flags} = await this.parse(MaintenanceOn);
    const app = this.appOf(flags);
    return this.progress(`Enabling maintenance mode for ${this.palette.name(app)}`, () =>
      this.api.updateApp(app, {maintenance: true}),
    );
  }
}
