import {string as stringArg} from '@oclif/core/args';
import {boolean} from '@oclif/core/flags';
import {DynoCommand} from '../src/cli/command.js';
import {appFlag} from '../src/cli/flags.js';
import {layoutObject} from '../src/cli/layout.js';
import type {App, Dyno} from '../src/cli/shapes.js';
import {formatSize} from '../src/cli/size.js';

export default class Info extends DynoCommand {
  static override aliases = ['apps:info'];
  static override description = 'show detailed app information';
  static override examples = ['<%= config.bin %> info --app demo', '<%= config.bin %> info --shell'];
  static override args = {app: stringArg({description: 'app to show'})};
  static override flags = {
    ...appFlag,
    shell: boolean({char: 's', description: 'print shell friendly key=value pairs'}),
  };

  async run() {
    const {args, flags} = await this.parse(Info);
    const name = this.appOf({...flags, app: args.app ?? flags.app});
    const [app, dynos] = await Promise.all([this.api.app(name), this.api.dynos(name)]);
    const facts = factsOf(app, dynos);
    if (flags.shell) {
      this.logLines(Object.entries(facts).map(([key, value]) => `${key.toLowerCase().replaceAll(' ', '_')}=${value}`));
    } else {
      this.logHeading(this.palette.name(app.name));
      this.logLines(layoutObject(facts));
    }
    return {app, dynos};
  }
}

function factsOf(app: App, dynos: Dyno[]): Record<string, unknown> {
  const counts: Record<string, number> = {};
  for (const {type} of dynos) counts[type] = (counts[type] ?? 0) + 1;
  const nextStack = app.build_stack.name === app.stack.name ? '' : ` (next build will use ${app.build_stack.name})`;
  const facts = {
    'Auto Cert Mgmt': app.acm,
    Dynos: Object.entries(counts)
      .map(([type, count]) => `${type}: ${count}`)
      .join(', '),
    'Git URL': app.git_url,
    'Internal Routing': app.space ? app.internal_routing : null,
    Maintenance: app.maintenance || null,
    Owner: app.owner.email,
    Region: app.region.name,
    'Repo Size': formatSize(app.repo_size ?? 0),
    'Slug Size': formatSize(app.slug_size ?? 0),
    Space: app.space?.name,
    Stack: app.stack.name + nextStack,
    'Web URL': app.web_url,
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null && value !== undefined));
}
