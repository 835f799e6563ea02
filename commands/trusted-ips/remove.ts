import {string as stringArg} from '@oclif/core/args';
import {SpaceCommand, spaceName} from '../../src/cli/space-command.js';
import {appliedWords} from '../../src/cli/views/spaces.js';
import {DynoError} from '../../src/model/error.js';

export default class TrustedIpsRemove extends SpaceCommand {
  static override hiddenAliases = ['spaces:trusted-ips:remove'];
  static override description = 'remove a range from the trusted IP ranges of a private space';
  static override examples = ['<%= config.bin %> trusted-ips:remove 0.0.0.0/0 --space acme'];
  static override args = {source: stringArg({description: 'range to remove, as it is listed', required: true})};
  static override flags = {...spaceName};

  async run() {
    const {args, flags} = await this.parse(TrustedIpsRemove);
    const space = this.spaceOf(flags);
    const {rules} = await this.api.spaces.inboundRuleset(space);
    const left = rules.filter(({source}) => source !== args.source);
    if (rules.length === 0) {
      throw new DynoError('unsupported', {message: 'No IP ranges are configured. Nothing to do.'});
    }
    if (left.length === rules.length) {
      throw new DynoError('unsupported', {message: `No IP range matching ${args.source} was found.`});
    }
    const ruleset = await this.api.spaces.replaceInboundRuleset(space, {rules: left});
    this.log(`Removed ${this.palette.detail(args.source)} from trusted IP ranges on ${this.palette.name(space)}`);
    this.logLines(appliedWords(ruleset));
    return ruleset;
  }
}
