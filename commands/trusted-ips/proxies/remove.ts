import {string as stringArg} from '@oclif/core/args';
import {SpaceCommand, spaceName} from '../../../src/cli/space-command.js';
import {DynoError} from '../../../src/model/error.js';

export default class TrustedIpsProxiesRemove extends SpaceCommand {
  static override description = 'treat a proxy as any other client again';
  static override examples = ['<%= config.bin %> trusted-ips:proxies:remove 192.0.2.10 --space acme'];
  static override args = {proxy: stringArg({description: 'proxy to remove, as it is listed', required: true})};
  static override flags = {...spaceName};

  async run() {
    const {args, flags} = await this.parse(TrustedIpsProxiesRemove);
    const space = this.spaceOf(flags);
    const known = await this.api.local.proxies(space);
    const left = known.filter((proxy) => proxy !== args.proxy);
    if (left.length === known.length) {
      throw new DynoError('unsupported', {message: `No proxy ${args.proxy} was found.`});
    }
    const proxies = await this.api.local.replaceProxies(space, left);
    this.log(`Removed ${this.palette.detail(args.proxy)} from the proxies of ${this.palette.name(space)}`);
    return {proxies};
  }
}
