import {string as stringArg} from '@oclif/core/args';
import {string} from '@oclif/core/flags';
import {linkApp} from '../../src/cli/app-link.js';
import {DynoCommand} from '../../src/cli/command.js';
import {findWorkTree} from '../../src/cli/git-remotes.js';
import {DynoError} from '../../src/model/error.js';

export default class GitRemote extends DynoCommand {
  static override description = `add a git remote for an app to this work tree
git push works from then on: git asks this program for the token, and trusts the local certificate authority, here alone.`;
  static override examples = [
    '<%= config.bin %> git:remote --app demo',
    '<%= config.bin %> git:remote --app demo-eu --remote eu',
  ];
  static override args = {app: stringArg({description: 'app to add the remote for'})};
  static override flags = {
    app: string({char: 'a', description: 'app to run command against'}),
    remote: string({char: 'r', default: 'dyno', description: 'git remote to create'}),
  };

  async run() {
    const {args, flags} = await this.parse(GitRemote);
    const place = this.linkPlace(flags.remote);
    const named = args.app ?? flags.app;
    const app = await this.api.app(this.appOf(named === undefined ? {} : {app: named}));
    if (!findWorkTree(process.cwd())) {
      throw new DynoError('usage', {message: `${process.cwd()} is in no git work tree: run git init first.`});
    }
    linkApp(app.name, app.git_url, place);
    this.log(`set git remote ${this.palette.detail(flags.remote)} to ${this.palette.detail(app.git_url)}`);
    return {app: app.name, remote: flags.remote, url: app.git_url};
  }
}
