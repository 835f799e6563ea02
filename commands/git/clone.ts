import {string as stringArg} from '@oclif/core/args';
import {string} from '@oclif/core/flags';
import {DynoCommand} from '../../src/cli/command.js';
import {gitAccessFor, gitSettings} from '../../src/cli/git-access.js';
import {runGit} from '../../src/cli/run-git.js';

export default class GitClone extends DynoCommand {
  static override description = 'clone the code of an app, as it was pushed, into a new directory';
  static override examples = ['<%= config.bin %> git:clone --app demo', '<%= config.bin %> git:clone -a demo work'];
  static override args = {directory: stringArg({description: 'where to clone the app, default its name'})};
  static override flags = {
    app: string({char: 'a', description: 'app to run command against'}),
    remote: string({char: 'r', default: 'dyno', description: 'git remote to create'}),
  };

  async run() {
    const {args, flags} = await this.parse(GitClone);
    const place = this.linkPlace(flags.remote);
    const app = await this.api.app(this.appOf(flags.app === undefined ? {} : {app: flags.app}));
    const directory = args.directory ?? app.name;
    const access = gitAccessFor(app.git_url, place);
    const settings = access ? gitSettings(access).flatMap(([key, value]) => ['-c', `${key}=${value}`]) : [];
    await runGit(['clone', '--origin', flags.remote, ...settings, '--', app.git_url, directory], {
      caFile: place.caFile,
      stdout: this.jsonEnabled() ? 'stderr' : 'inherit',
    });
    return {app: app.name, directory, remote: flags.remote, url: app.git_url};
  }
}
