import {string as stringArg} from '@oclif/core/args';
import {unlinkApp} from '../src/cli/app-link.js';
import {DynoCommand} from '../src/cli/command.js';
import {appFlag, confirmFlag} from '../src/cli/flags.js';

export default class Destroy extends DynoCommand {
  static override aliases = ['apps:destroy'];
  static override hiddenAliases = ['apps:delete'];
  static override description = 'permanently destroy an app with everything it has';
  static override examples = ['<%= config.bin %> destroy --app demo --confirm demo'];
  static override args = {app: stringArg({description: 'name of app to destroy'})};
  static override flags = {...appFlag, ...confirmFlag};

  async run() {
    const {args, flags} = await this.parse(Destroy);
    const name = this.appOf({...flags, app: args.app ?? flags.app});
    await this.api.app(name);
    await this.confirm(name, flags.confirm, `This will delete ${name} including all add-ons.`);
    const app = await this.longProgress(`Destroying ${this.palette.name(name)} (including all add-ons)`, () =>
      this.api.destroyApp(name),
    );
    unlinkApp(name, {directory: process.cwd(), home: this.installation.home.root});
    return app;
  }
}
