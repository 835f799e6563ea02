import {DynoCommand} from '../../src/cli/command.js';
import {layoutObject, layoutTable} from '../../src/cli/layout.js';
import {DynoError} from '../../src/model/error.js';

export default class Platform extends DynoCommand {
  static override description = 'show whether the platform runs, and its runtimes; does not start it';
  static override examples = ['<%= config.bin %> platform', '<%= config.bin %> platform --json'];
  protected override readonly startsPlatform = false;

  async run() {
    await this.parse(Platform);
    if ((await this.runningPid()) === undefined) throw new DynoError('platform_stopped');
    const facts = await this.api.local.platform();
    const {runtimes, ...platform} = facts;
    this.logHeading('Platform');
    this.logLines(
      layoutObject({
        API: platform.api_url,
        Engine: platform.engine,
        Home: this.installation.home.root,
        Pid: platform.pid,
        Version: platform.version,
      }),
    );
    if (runtimes.length === 0) return facts;
    this.log();
    this.logHeading('Runtimes');
    this.logLines(
      layoutTable(runtimes, [
        {head: 'Name', cell: ({name}) => this.palette.name(name)},
        {head: 'Kind', cell: ({kind}) => kind},
        {head: 'Pid', cell: ({pid}) => String(pid ?? '')},
        {head: 'Router', cell: ({router_url}) => router_url ?? 'starting'},
        {head: 'Dynos', cell: ({dynos}) => String(dynos)},
      ]),
    );
    return facts;
  }
}
