import {string as stringArg} from '@oclif/core/args';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';

export default class DomainsRemove extends DynoCommand {
  static override description = 'remove a domain from an app';
  static override examples = ['<%= config.bin %> domains:remove www.example.test'];
  static override args = {hostname: stringArg({description: 'hostname to remove', required: true})};
  static override flags = {...appFlag};

  async run() {
    const {args, flags} = await this.parse(DomainsRemove);
    const app = this.appOf(flags);
    return this.progress(`Removing ${this.palette.detail(args.hostname)} from ${this.palette.name(app)}`, () =>
      this.api.removeDomain(app, args.hostname),
    );
  }
}
