import {string as stringArg} from '@oclif/core/args';
import {SpaceCommand, spaceName} from '../../src/cli/space-command.js';
import {appliedWords} from '../../src/cli/views/spaces.js';
import {DynoError} from '../../src/model/error.js';

export default class TrustedIpsAdd extends SpaceCommand {
  static override hiddenAliases = ['spaces:trusted-ips:add'];
  static override description = 'add a range to the trusted IP ranges of a private space';
  static override examples = ['<%= config.bin %> trusted-ips:add 203.0.113.0/24 --space acme'];
  static override args = {source: stringArg({description: 'IPv4 range in CIDR notation', required: true})};
  static override flags = {...spaceName};

  async run() {
    const {args, flags} = await this.parse(TrustedIpsAdd);
    const space = this.spaceOf(flags);
    const {rules} = await this.api.spaces.inboundRuleset(space);
    if (rules.some(({source}) => source === args.source)) {
      throw new DynoError('unsupported', {message: `A rule already exists for ${args.source}.`});
    }
    const changed = [...rules, {action: 'allow' as const, source: args.source}];
    const ruleset = await this.api.spaces.replaceInboundRuleset(space, {rules: changed});
    this.log(`Added ${this.palette.detail(args.source)} to trusted IP ranges on ${this.palette.name(space)}`);
    this.logLines(appliedWords(ruleset));
    return ruleset;
  }
}
