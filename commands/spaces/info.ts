import {SpaceCommand, spaceArgument, spaceName} from '../../src/cli/space-command.js';
import {layoutSpace} from '../../src/cli/views/spaces.js';

export default class SpacesInfo extends SpaceCommand {
  static override description = 'show a private space';
  static override examples = ['<%= config.bin %> spaces:info acme'];
  static override args = spaceArgument;
  static override flags = {...spaceName};

  async run() {
    const {args, flags} = await this.parse(SpacesInfo);
    const space = await this.api.spaces.get(this.spaceOf(flags, args));
    const nat = await this.natOf(space);
    this.logHeading(this.palette.name(space.name));
    this.logLines(layoutSpace(space, nat));
    return {...space, ...(nat ? {outbound_ips: nat} : {})};
  }
}
