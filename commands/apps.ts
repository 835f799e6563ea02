import {boolean, string} from '@oclif/core/flags';
import {DynoCommand} from '../src/cli/command.js';
import type {App} from '../src/cli/shapes.js';

export default class Apps extends DynoCommand {
  static override hiddenAliases = ['apps:list', 'list'];
  static override description = 'list your apps';
  static override examples = ['<%= config.bin %> apps'];
  static override flags = {
    all: boolean({char: 'A', description: 'include apps of all teams', hidden: true}),
    space: string({char: 's', description: 'only apps of this private space'}),
  };

  async run() {
    const {flags} = await this.parse(Apps);
    const {space} = flags;
    if (space) await this.api.spaces.get(space);
    const [all, account] = await Promise.all([this.api.apps(), this.api.account()]);
    const apps = all
      .filter((app) => !space || app.space?.name === space || app.space?.id === space)
      .sort((one, other) => (one.name < other.name ? -1 : 1));
    if (apps.length === 0) {
      this.log(space ? `There are no apps in space ${space}.` : 'You have no apps.');
      return apps;
    }
    this.logHeading(space ? `Apps in space ${space}` : `${account.email} Apps`);
    this.logLines(apps.map((app) => this.lineOf(app)));
    return apps;
  }

  private lineOf(app: App): string {
    const name = `${this.palette.name(app.name)}${app.internal_routing ? ' [internal]' : ''}`;
    return app.region.name === 'us' ? name : `${name} (${this.palette.detail(app.region.name)})`;
  }
}
