import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {layoutTable} from '../../src/cli/layout.js';

export default class Domains extends DynoCommand {
  static override description = 'list domains of an app';
  static override examples = ['<%= config.bin %> domains'];
  static override flags = {...appFlag};

  async run() {
    const {flags} = await this.parse(Domains);
    const app = this.appOf(flags);
    const domains = await this.api.domains(app);
    const custom = domains.filter(({kind}) => kind === 'custom');
    this.logHeading(`${this.palette.name(app)} Heroku Domain`);
    this.logLines(domains.filter(({kind}) => kind === 'heroku').map(({hostname}) => hostname));
    if (custom.length === 0) return domains;
    this.log();
    this.logHeading(`${this.palette.name(app)} Custom Domains`);
    this.logLines(
      layoutTable(custom, [
        {head: 'Domain Name', cell: ({hostname}) => this.palette.detail(hostname)},
        {head: 'DNS Target', cell: ({cname}) => cname ?? ''},
        {head: 'ACM Status', cell: ({acm_status}) => acm_status ?? ''},
      ]),
    );
    return domains;
  }
}
