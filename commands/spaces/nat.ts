import {SpaceCommand, spaceArgument, spaceName} from '../../src/cli/space-command.js';
import {layoutFields} from '../../src/cli/layout.js';

export default class SpacesNat extends SpaceCommand {
  static override description = 'show the stable outbound addresses of a private space';
  static override examples = ['<%= config.bin %> spaces:nat acme'];
  static override args = spaceArgument;
  static override flags = {...spaceName};

  async run() {
    const {args, flags} = await this.parse(SpacesNat);
    const nat = await this.api.spaces.nat(this.spaceOf(flags, args));
    this.logLines(layoutFields({State: nat.state, Sources: nat.sources}));
    return nat;
  }
}
