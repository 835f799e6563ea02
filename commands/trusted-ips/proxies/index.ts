import {SpaceCommand, spaceArgument, spaceName} from '../../../src/cli/space-command.js';

export default class TrustedIpsProxies extends SpaceCommand {
  static override description = `list the proxies in front of a private space
Each connection from there has to begin with a PROXY protocol header, version 1 or 2; who that names is held against the
trusted IP ranges. Nobody else's header is believed.`;
  static override examples = ['<%= config.bin %> trusted-ips:proxies --space acme'];
  static override args = spaceArgument;
  static override flags = {...spaceName};

  async run() {
    const {args, flags} = await this.parse(TrustedIpsProxies);
    const space = this.spaceOf(flags, args);
    const proxies = await this.api.local.proxies(space);
    this.logHeading(proxies.length > 0 ? 'Proxies' : `${space} has no proxies: clients connect by themselves.`);
    this.logLines(proxies);
    return {proxies};
  }
}
