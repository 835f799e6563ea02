import {string as stringArg} from '@oclif/core/args';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {maskCredentials} from '../../src/cli/mask.js';

export default class DrainsRemove extends DynoCommand {
  static override description = 'remove a log drain from an app';
  static override examples = ['<%= config.bin %> drains:remove d.9f0d3b2c-1111-4222-8333-444455556666'];
  static override args = {drain: stringArg({description: 'URL or token of the drain', required: true})};
  static override flags = {...appFlag};

  async run() {
    const {args, flags} = await this.parse(DrainsRemove);
    const drain = await this.api.removeDrain(this.appOf(flags), args.drain);
    this.log(`Successfully removed drain ${this.palette.detail(maskCredentials(drain.url))}`);
    return {...drain, url: maskCredentials(drain.url)};
  }
}
