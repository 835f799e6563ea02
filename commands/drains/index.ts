import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {maskCredentials} from '../../src/cli/mask.js';

export default class Drains extends DynoCommand {
  static override description = 'list the log drains of an app';
  static override examples = ['<%= config.bin %> drains'];
  static override flags = {...appFlag};

  async run() {
    const {flags} = await this.parse(Drains);
    const app = this.appOf(flags);
    const drains = await this.api.drains(app);
    if (drains.length === 0) this.log(`${this.palette.name(app)} has no drains.`);
    else this.logHeading('Drains');
    this.logLines(drains.map(({url, token}) => `${this.palette.detail(maskCredentials(url))} (${token})`));
    return drains.map((drain) => ({...drain, url: maskCredentials(drain.url)}));
  }
}
