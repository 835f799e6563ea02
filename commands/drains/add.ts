import {string as stringArg} from '@oclif/core/args';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {maskCredentials} from '../../src/cli/mask.js';

export default class DrainsAdd extends DynoCommand {
  static override description = 'send the log of an app to a URL: https, http, syslog or syslog+tls';
  static override examples = [
    '<%= config.bin %> drains:add https://user:secret@logs.example.test/app',
    '<%= config.bin %> drains:add syslog+tls://logs.example.test:6514',
  ];
  static override args = {url: stringArg({description: 'URL of the drain', required: true})};
  static override flags = {...appFlag};

  async run() {
    const {args, flags} = await this.parse(DrainsAdd);
    const drain = await this.api.addDrain(this.appOf(flags), args.url);
    this.log(`Successfully added drain ${this.palette.detail(maskCredentials(drain.url))}`);
    return {...drain, url: maskCredentials(drain.url)};
  }
}
