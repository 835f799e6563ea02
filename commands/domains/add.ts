import {string as stringArg} from '@oclif/core/args';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';

export default class DomainsAdd extends DynoCommand {
  static override description = 'add a domain to an app; *.example.test takes every name below';
  static override examples = ['<%= config.bin %> domains:add www.example.test'];
  static override args = {hostname: stringArg({description: 'unique hostname of the domain', required: true})};
  static override flags = {...appFlag};

  async run() {
    const {args, flags} = await this.parse(DomainsAdd);
    const app = this.appOf(flags);
    return this.progress(`Adding ${this.palette.detail(args.hostname)} to ${this.palette.name(app)}`, () =>
      this.api.addDomain(app, args.hostname),
    );
  }
}
