import {SpaceCommand, spaceArgument, spaceName} from '../../src/cli/space-command.js';
import {topologyBlocks} from '../../src/cli/views/spaces.js';

export default class SpacesTopology extends SpaceCommand {
  static override description = 'show apps, domains and dynos of a private space with their addresses';
  static override examples = ['<%= config.bin %> spaces:topology acme'];
  static override args = spaceArgument;
  static override flags = {...spaceName};

  async run() {
    const {args, flags} = await this.parse(SpacesTopology);
    const topology = await this.api.spaces.topology(this.spaceOf(flags, args));
    const apps = await this.api.apps();
    for (const {appId, types, lines} of topologyBlocks(topology)) {
      const name = apps.find(({id}) => id === appId)?.name ?? appId;
      this.logHeading(`${this.palette.name(name)}${types.length > 0 ? ` (${types.join(', ')})` : ''}`);
      this.logLines([...lines, '']);
    }
    return topology;
  }
}
