import {SpaceCommand, spaceArgument, spaceName} from '../../src/cli/space-command.js';
import {layoutSpace} from '../../src/cli/views/spaces.js';

export default class SpacesWait extends SpaceCommand {
  static override description = 'wait until a private space is allocated';
  static override examples = ['<%= config.bin %> spaces:wait acme'];
  static override args = spaceArgument;
  static override flags = {...spaceName};

  async run() {
    const {args, flags} = await this.parse(SpacesWait);
    const name = this.spaceOf(flags, args);
    const space = await this.longProgress(`Waiting for space ${this.palette.name(name)} to allocate`, async (tell) =>
      this.untilAllocated(await this.api.spaces.get(name), tell),
    );
    this.logHeading(this.palette.name(space.name));
    this.logLines(layoutSpace(space, await this.natOf(space)));
    return space;
  }
}
