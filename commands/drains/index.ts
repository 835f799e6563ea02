import {boolean} from '@oclif/core/flags';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {maskCredentials} from '../../src/cli/mask.js';
import {countsOf, layoutCounts} from '../../src/cli/views/drain-counts.js';

export default class Drains extends DynoCommand {
  static override description = 'list the log drains of an app';
  static override examples = ['<%= config.bin %> drains', '<%= config.bin %> drains --counts'];
  static override flags = {
    ...appFlag,
    counts: boolean({description: 'how many messages each has delivered and dropped', default: false}),
  };

  async run() {
    const {flags} = await this.parse(Drains);
    const app = this.appOf(flags);
    const drains = await this.api.drains(app);
    const counts = flags.counts ? await this.api.local.drainCounts(app) : null;
    if (drains.length === 0) this.log(`${this.palette.name(app)} has no drains.`);
    else this.logHeading('Drains');
    return drains.map((drain) => {
      const shown = {...drain, url: maskCredentials(drain.url)};
      this.log(`${this.palette.detail(shown.url)} (${drain.token})`);
      if (!counts) return shown;
      const own = countsOf(counts, drain.id);
      this.log(`  ${layoutCounts(own)}`);
      return {...shown, counts: own};
    });
  }
}
