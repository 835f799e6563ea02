import {integer} from '@oclif/core/flags';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {layoutTable} from '../../src/cli/layout.js';
import type {Release} from '../../src/cli/shapes.js';
import {formatAgo} from '../../src/cli/time.js';
import {releaseStatus, statusStyle} from '../../src/cli/views/releases.js';

export default class Releases extends DynoCommand {
  static override description = 'display the releases of an app';
  static override examples = ['<%= config.bin %> releases', '<%= config.bin %> releases -n 50'];
  static override flags = {
    ...appFlag,
    num: integer({char: 'n', description: 'number of releases to show', default: 15, min: 1, max: 1000}),
  };

  async run() {
    const {flags} = await this.parse(Releases);
    const app = this.appOf(flags);
    const releases = await this.api.releases(app, flags.num);
    if (releases.length === 0) {
      this.log(`${app} has no releases.`);
      return releases;
    }
    const current = releases.find((release) => release.current);
    this.logHeading(`${this.palette.name(app)} Releases${current ? ` - Current: v${current.version}` : ''}`);
    this.logLines(
      layoutTable(releases, [
        {head: null, cell: (release) => statusStyle(release, this.palette)(`v${release.version}`)},
        {head: null, cell: (release) => this.describe(release)},
        {head: null, cell: (release) => release.user.email},
        {head: null, cell: (release) => formatAgo(release.created_at)},
      ]),
    );
    return releases;
  }

  private describe(release: Release): string {
    const status = releaseStatus(release);
    return status ? `${release.description} ${statusStyle(release, this.palette)(status)}` : release.description;
  }
}
