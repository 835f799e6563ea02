import {string} from '@oclif/core/flags';
import {SpaceCommand} from '../../src/cli/space-command.js';

export default class SpacesRename extends SpaceCommand {
  static override description = 'rename a private space';
  static override examples = ['<%= config.bin %> spaces:rename --from acme --to acme-two'];
  static override flags = {
    from: string({description: 'current name', required: true}),
    to: string({description: 'new name', required: true}),
  };

  async run() {
    const {flags} = await this.parse(SpacesRename);
    return this.progress(`Renaming space from ${flags.from} to ${this.palette.name(flags.to)}`, () =>
      this.api.spaces.rename(flags.from, flags.to),
    );
  }
}
