import {confirmFlag} from '../../src/cli/flags.js';
import {SpaceCommand, spaceArgument, spaceName} from '../../src/cli/space-command.js';
import {natWords} from '../../src/cli/views/spaces.js';

export default class SpacesDestroy extends SpaceCommand {
  static override description = 'destroy a private space; refused while apps live in it';
  static override examples = ['<%= config.bin %> spaces:destroy acme --confirm acme'];
  static override args = spaceArgument;
  static override flags = {...spaceName, ...confirmFlag};

  async run() {
    const {args, flags} = await this.parse(SpacesDestroy);
    const space = await this.api.spaces.get(this.spaceOf(flags, args));
    const nat = await this.natOf(space);
    const reuse = nat ? ` Its outbound addresses will be reused: ${natWords(nat)}.` : '';
    await this.confirm(space.name, flags.confirm, `This will destroy the space ${space.name}.${reuse}`);
    return this.longProgress(`Destroying space ${this.palette.name(space.name)}`, () =>
      this.api.spaces.destroy(space.id),
    );
  }
}
