import {string as stringArg} from '@oclif/core/args';
import {boolean} from '@oclif/core/flags';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {findRelease} from '../../src/cli/follow.js';
import {layoutObject, quoteForShell} from '../../src/cli/layout.js';
import {releaseStatus} from '../../src/cli/views/releases.js';

export default class ReleasesInfo extends DynoCommand {
  static override description = 'view detailed information of a release';
  static override examples = ['<%= config.bin %> releases:info v3'];
  static override args = {release: stringArg({description: 'version of the release, default the latest'})};
  static override flags = {...appFlag, shell: boolean({char: 's', description: 'print config vars in shell format'})};

  async run() {
    const {args, flags} = await this.parse(ReleasesInfo);
    const app = this.appOf(flags);
    const release = await findRelease(this.api, app, args.release);
    const vars = await this.api.releaseConfigVars(app, release.version);
    const status = releaseStatus(release);
    this.logHeading(`Release v${release.version}`);
    this.logLines(
      layoutObject({
        'Add-ons': release.addon_plan_names,
        By: release.user.email,
        Change: release.description + (status ? ` (${status})` : ''),
        'Eligible for Rollback?': release.eligible_for_rollback ? 'Yes' : 'No',
        When: release.created_at,
      }),
    );
    this.log();
    this.logHeading(`v${release.version} Config vars`);
    if (flags.shell) this.logLines(Object.entries(vars).map(([key, value]) => `${key}=${quoteForShell(value)}`));
    else this.logLines(layoutObject(vars, this.palette.good));
    return release;
  }
}
