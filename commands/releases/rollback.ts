import {string as stringArg} from '@oclif/core/args';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {findRelease, followRelease} from '../../src/cli/follow.js';
import {previousRelease} from '../../src/cli/views/releases.js';
import {DynoError} from '../../src/model/error.js';

export default class Rollback extends DynoCommand {
  static override aliases = ['rollback'];
  static override description = 'roll back to a previous release, by default the last eligible one';
  static override examples = ['<%= config.bin %> rollback', '<%= config.bin %> rollback v3'];
  static override args = {release: stringArg({description: 'version of the release to go back to'})};
  static override flags = {...appFlag};

  async run() {
    const {args, flags} = await this.parse(Rollback);
    const app = this.appOf(flags);
    const target = args.release
      ? await findRelease(this.api, app, args.release)
      : previousRelease(await this.api.releases(app, 1000));
    if (!target) throw new DynoError('unsupported', {message: `No eligible release found for ${app} to roll back to.`});
    const release = await this.progress(
      `Rolling back ${this.palette.name(app)} to v${target.version}`,
      () => this.api.rollback(app, target.id),
      ({version}) => `done, v${version}`,
    );
    this.tell("Rollback affects code and config vars; it doesn't add or remove addons.");
    this.tell(`To undo, run: ${this.config.bin} rollback v${release.version - 1}`);
    return followRelease(this.api, app, release, this.output);
  }
}
