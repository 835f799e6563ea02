import {layoutTable} from '../../src/cli/layout.js';
import {SpaceCommand} from '../../src/cli/space-command.js';

export default class Spaces extends SpaceCommand {
  static override description = 'list private spaces';
  static override examples = ['<%= config.bin %> spaces'];

  async run() {
    await this.parse(Spaces);
    const spaces = [...(await this.api.spaces.list())].sort((one, other) => (one.name < other.name ? -1 : 1));
    if (spaces.length === 0) {
      this.log('You have no private spaces.');
      return spaces;
    }
    this.logLines(
      layoutTable(spaces, [
        {head: 'Name', cell: ({name}) => this.palette.name(name)},
        {head: 'Team', cell: ({team}) => team.name},
        {head: 'Region', cell: ({region}) => region.name},
        {head: 'State', cell: ({state}) => (state === 'allocated' ? this.palette.good : this.palette.attention)(state)},
        {head: 'Created At', cell: ({created_at}) => created_at},
      ]),
    );
    return spaces;
  }
}
