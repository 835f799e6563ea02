import {SpaceCommand, spaceArgument, spaceName} from '../../src/cli/space-command.js';
import {groupDynos} from '../../src/cli/views/dynos.js';

export default class SpacesPs extends SpaceCommand {
  static override description = 'list the dynos of a private space';
  static override examples = ['<%= config.bin %> spaces:ps acme'];
  static override args = spaceArgument;
  static override flags = {...spaceName};

  async run() {
    const {args, flags} = await this.parse(SpacesPs);
    const name = this.spaceOf(flags, args);
    const apps = await this.api.spaces.dynos(name);
    if (apps.every(({dynos}) => dynos.length === 0)) this.log(`No dynos in ${this.palette.name(name)}`);
    for (const {app_name, dynos} of apps) {
      for (const {title, lines} of groupDynos(dynos, this.palette)) {
        this.logHeading(`${app_name} ${title}`);
        this.logLines([...lines, '']);
      }
    }
    return apps;
  }
}
