import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';

export default class Maintenance extends DynoCommand {
  static override description = 'display whether maintenance mode is on';
  static override examples = ['<%= config.bin %> maintenance'];
  static override flags = {...appFlag};

  async run() {
    const {flags} = await this.parse(Maintenance);
    const app = await this.api.app(this.appOf(flags));
    this.log(app.maintenance ? 'on' : 'off');
    return app;
  }
}
