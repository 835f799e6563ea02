import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {layoutTable} from '../../src/cli/layout.js';

export default class Features extends DynoCommand {
  static override aliases = ['labs'];
  static override description = 'list the features of an app, labs features too';
  static override examples = ['<%= config.bin %> features'];
  static override flags = {...appFlag};

  async run() {
    const {flags} = await this.parse(Features);
    const app = this.appOf(flags);
    const features = [...(await this.api.features(app))].sort((one, other) => (one.name < other.name ? -1 : 1));
    this.logHeading(`App Features ${this.palette.name(app)}`);
    this.logLines(
      layoutTable(features, [
        {head: null, cell: ({enabled}) => (enabled ? this.palette.good('[+]') : '[ ]')},
        {head: null, cell: ({name}) => this.palette.detail(name)},
        {head: null, cell: ({description}) => description},
      ]),
    );
    return features;
  }
}
