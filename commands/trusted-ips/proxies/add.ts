import {string as stringArg} from '@oclif/core/args';
import {SpaceCommand, spaceName} from '../../../src/cli/space-command.js';

export default class TrustedIpsProxiesAdd extends SpaceCommand {
  static override description = 'let a proxy say for whom it speaks, by PROXY protocol';
  static override examples = ['<%= config.bin %> trusted-ips:proxies:add 192.0.2.10 --space acme'];
  static override args = {proxy: stringArg({description: 'IPv4 address or range of the proxy', required: true})};
  static override flags = {...spaceName};

  async run() {
    const {args, flags} = await this.parse(TrustedIpsProxiesAdd);
    const space = this.spaceOf(flags);
    const known = await this.api.local.proxies(space);
    const proxies = await this.api.local.replaceProxies(space, [...known, args.proxy]);
    this.log(`Added ${this.palette.detail(args.proxy)} to the proxies of ${this.palette.name(space)}`);
    this.log('From now on connections from there have to begin with a PROXY protocol header.');
    return {proxies};
  }
}
