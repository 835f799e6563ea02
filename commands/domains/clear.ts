import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';

export default class DomainsClear extends DynoCommand {
  static override description = 'remove all custom domains from an app';
  static override examples = ['<%= config.bin %> domains:clear'];
  static override flags = {...appFlag};

  async run() {
    const {flags} = await this.parse(DomainsClear);
    const app = this.appOf(flags);
    return this.progress(`Removing all domains from ${this.palette.name(app)}`, async () => {
      const custom = (await this.api.domains(app)).filter(({kind}) => kind === 'custom');
      return Promise.all(custom.map(({hostname}) => this.api.removeDomain(app, hostname)));
    });
  }
}
