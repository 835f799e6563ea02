import {DynoCommand} from '../src/cli/command.js';
import {layoutTable} from '../src/cli/layout.js';

export default class Regions extends DynoCommand {
  static override description = 'list available regions';
  static override examples = ['<%= config.bin %> regions'];

  async run() {
    await this.parse(Regions);
    const regions = await this.api.regions();
    const runtime = (privateCapable: boolean) => (privateCapable ? 'Private Spaces' : 'Common Runtime');
    this.logLines(
      layoutTable(
        [...regions].sort((one, other) => Number(one.private_capable) - Number(other.private_capable)),
        [
          {head: 'ID', cell: (region) => region.name},
          {head: 'Location', cell: (region) => region.description},
          {head: 'Runtime', cell: (region) => runtime(region.private_capable)},
        ],
      ),
    );
    return regions;
  }
}
