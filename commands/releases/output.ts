import {string as stringArg} from '@oclif/core/args';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {copyOutput, findRelease} from '../../src/cli/follow.js';

export default class ReleasesOutput extends DynoCommand {
  static override description = 'view the output of the release command';
  static override examples = ['<%= config.bin %> releases:output v3'];
  static override args = {release: stringArg({description: 'version of the release, default the latest'})};
  static override flags = {...appFlag};

  async run() {
    const {args, flags} = await this.parse(ReleasesOutput);
    const release = await findRelease(this.api, this.appOf(flags), args.release);
    if (release.output_stream_url) await copyOutput(this.api, release.output_stream_url, this.output);
    else this.tell(`Release v${release.version} has no release output available.`);
    return release;
  }
}
