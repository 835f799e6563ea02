import {string as stringArg} from '@oclif/core/args';
import {boolean, string} from '@oclif/core/flags';
import {linkApp, type LinkPlace} from '../src/cli/app-link.js';
import {DynoCommand} from '../src/cli/command.js';
import {DynoError} from '../src/model/error.js';

export default class Create extends DynoCommand {
  static override aliases = ['apps:create'];
  static override description = 'create a new app and link this directory to it';
  static override examples = ['<%= config.bin %> create demo', '<%= config.bin %> create demo-eu --region eu'];
  static override args = {app: stringArg({description: 'name of app to create'})};
  static override flags = {
    region: string({description: 'region of the Common Runtime to run in'}),
    space: string({char: 's', description: 'private space to create the app in'}),
    'internal-routing': boolean({description: 'reachable only from inside its private space'}),
    stack: string({description: 'stack to create the app on'}),
    buildpack: string({char: 'b', description: 'buildpack to use, repeatable', multiple: true}),
    remote: string({char: 'r', default: 'dyno', description: 'git remote to create'}),
    'no-remote': boolean({char: 'n', description: 'do not link this directory'}),
  };

  async run() {
    const {args, flags} = await this.parse(Create);
    if (flags['internal-routing'] && !flags.space) {
      throw new DynoError('usage', {message: 'Internal routing exists in private spaces only: add --space NAME.'});
    }
    const {region, space, stack} = flags;
    const place = flags['no-remote'] ? undefined : this.linkPlace(flags.remote);
    const title = `Creating ${args.app ? this.palette.name(args.app) : 'app'}${space ? ` in space ${space}` : ''}`;
    const app = await this.progress(
      title,
      () =>
        this.api.createApp({
          name: args.app,
          region,
          space,
          stack,
          ...(flags['internal-routing'] ? {internal_routing: true} : {}),
        }),
      (created) => `done${args.app ? '' : `, ${created.name}`}, stack is ${created.stack.name}`,
    );
    if (flags.buildpack) await this.setBuildpacks(app.name, flags.buildpack);
    if (place) this.link(app, place);
    this.log(`${app.web_url ?? ''} | ${app.git_url}`);
    return app;
  }

  /** All or nothing: an app whose buildpacks are refused goes again. */
  private async setBuildpacks(app: string, buildpacks: string[]): Promise<void> {
    try {
      await this.api.setBuildpacks(app, buildpacks);
    } catch (error) {
      await this.api.destroyApp(app);
      throw error;
    }
  }

  /** The app is there, linked or not. */
  private link({name, git_url}: {name: string; git_url: string}, place: LinkPlace): void {
    try {
      linkApp(name, git_url, place);
    } catch (error) {
      this.tell(
        `Warning: ${place.directory} is not linked to ${name}: ${(error as Error).message}. Add --app ${name}.`,
      );
    }
  }
}
