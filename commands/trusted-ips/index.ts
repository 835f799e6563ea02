import {SpaceCommand, spaceArgument, spaceName} from '../../src/cli/space-command.js';
import {appliedWords} from '../../src/cli/views/spaces.js';

export default class TrustedIps extends SpaceCommand {
  static override hiddenAliases = ['spaces:trusted-ips'];
  static override description = 'list trusted IP ranges of a private space';
  static override examples = ['<%= config.bin %> trusted-ips --space acme'];
  static override args = spaceArgument;
  static override flags = {...spaceName};

  async run() {
    const {args, flags} = await this.parse(TrustedIps);
    const space = this.spaceOf(flags, args);
    const ruleset = await this.api.spaces.inboundRuleset(space);
    const blocked = `${space} has no trusted IP ranges. All inbound web requests to dynos are blocked.`;
    this.logHeading(ruleset.rules.length > 0 ? 'Trusted IP Ranges' : blocked);
    this.logLines([...ruleset.rules.map(({source}) => source), ...appliedWords(ruleset)]);
    return ruleset;
  }
}
